# OpenBLAS in the build that lets each call run on one thread without touching a setting of the process.
#
# cuvae tiles every product itself, so that its bits do not depend on the number of threads; a tile must then be
# computed by one thread. The OpenMP build (Debian: libopenblas-openmp-dev) does that inside a parallel region, or
# where the calling thread's own limit is 1. The pthread build knows only a count for the whole process. The
# serial build (libopenblas-serial-dev) shares its buffers between threads without a lock: it is right only where
# one thread computes, that is, where CuvaeOpenBLAS_VARIANT is set to serial because cuvae is built without OpenMP.
if(NOT CuvaeOpenBLAS_VARIANT)
  set(CuvaeOpenBLAS_VARIANT openmp)
endif()
set(variant_suffixes openblas-${CuvaeOpenBLAS_VARIANT} ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-${CuvaeOpenBLAS_VARIANT})
# One cache entry per variant: a build folder may change over.
set(include_dir CuvaeOpenBLAS_${CuvaeOpenBLAS_VARIANT}_INCLUDE_DIR)
set(library CuvaeOpenBLAS_${CuvaeOpenBLAS_VARIANT}_LIBRARY)
find_path(${include_dir} cblas.h PATH_SUFFIXES ${variant_suffixes} openblas)
find_library(${library} NAMES libopenblas.a PATH_SUFFIXES ${variant_suffixes} NO_DEFAULT_PATH
  PATHS /usr/lib /usr/local/lib ${CMAKE_PREFIX_PATH})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CuvaeOpenBLAS
  REQUIRED_VARS ${library} ${include_dir}
  REASON_FAILURE_MESSAGE "install libopenblas-${CuvaeOpenBLAS_VARIANT}-dev")

if(CuvaeOpenBLAS_FOUND AND NOT TARGET CuvaeOpenBLAS::CuvaeOpenBLAS)
  add_library(CuvaeOpenBLAS::CuvaeOpenBLAS STATIC IMPORTED)
  set_target_properties(CuvaeOpenBLAS::CuvaeOpenBLAS PROPERTIES
    IMPORTED_LOCATION ${${library}}
    INTERFACE_INCLUDE_DIRECTORIES ${${include_dir}}
    INTERFACE_LINK_LIBRARIES m)
endif()
