# libzip, which reads .npz archives. The CMake package that Debian 12 ships with it fails without zipcmp, zipmerge and
# ziptool, which are packages of their own; so the library and its header are looked for here.
find_path(CuvaeLibzip_INCLUDE_DIR zip.h)
find_library(CuvaeLibzip_LIBRARY zip)
mark_as_advanced(CuvaeLibzip_INCLUDE_DIR CuvaeLibzip_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CuvaeLibzip
  REQUIRED_VARS CuvaeLibzip_LIBRARY CuvaeLibzip_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libzip-dev")

if(CuvaeLibzip_FOUND AND NOT TARGET CuvaeLibzip::CuvaeLibzip)
  add_library(CuvaeLibzip::CuvaeLibzip UNKNOWN IMPORTED)
  set_target_properties(CuvaeLibzip::CuvaeLibzip PROPERTIES
    IMPORTED_LOCATION ${CuvaeLibzip_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CuvaeLibzip_INCLUDE_DIR})
endif()
