# The one-threaded build of OpenBLAS (Debian: libopenblas-serial-dev), linked statically.
#
# cuvae tiles every product itself, so that its bits do not depend on the number of threads. The threaded
# builds of OpenBLAS split sums by thread count, and their thread count is a setting of the whole process,
# which a library must leave alone.
find_path(SerialOpenBLAS_INCLUDE_DIR cblas.h
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial openblas)
find_library(SerialOpenBLAS_LIBRARY NAMES libopenblas.a
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial NO_DEFAULT_PATH
  PATHS /usr/lib /usr/local/lib ${CMAKE_PREFIX_PATH})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SerialOpenBLAS
  REQUIRED_VARS SerialOpenBLAS_LIBRARY SerialOpenBLAS_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libopenblas-serial-dev")

if(SerialOpenBLAS_FOUND AND NOT TARGET SerialOpenBLAS::SerialOpenBLAS)
  add_library(SerialOpenBLAS::SerialOpenBLAS STATIC IMPORTED)
  set_target_properties(SerialOpenBLAS::SerialOpenBLAS PROPERTIES
    IMPORTED_LOCATION ${SerialOpenBLAS_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SerialOpenBLAS_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES m)
endif()
