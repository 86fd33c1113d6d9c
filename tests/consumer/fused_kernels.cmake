# The fused kernels in another program, for which nothing of cuvae's other needs is found, linked or loaded.
# A package without CUDA refuses it and says why.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

if(NOT CUVAE_HAS_CUDA)
  configure_command(fused_kernels configure)
  attempt(${configure})
  string(REGEX REPLACE "[ \n]+" " " output "${output}")  # CMake wraps its messages
  if(code EQUAL 0 OR NOT output MATCHES "built without CUDA, so it has no cuvae::kernels")
    message(FATAL_ERROR "configuration ended with ${code}: ${output}")
  endif()
  return()
endif()

build_example(fused_kernels
  -D CMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_PNG=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_CuvaeLibzip=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON
  -D CMAKE_DISABLE_FIND_PACKAGE_CuvaeOpenBLAS=ON)

set(other_needs "cblas|openblas|cublas|png_|libpng|libz[.]|libzip|zip_|deflateInit|gomp|omp_get")
foreach(look "ldd" "${NM} -D --undefined-only" "${NM}")
  separate_arguments(look)
  run(${look} ${WORK_DIR}/build/fused_kernels)
  if(output MATCHES "[^\n]*(${other_needs})[^\n]*")
    message(FATAL_ERROR "fused_kernels needs more than the CUDA runtime: ${CMAKE_MATCH_0}")
  endif()
endforeach()
run_on_gpu(fused_kernels "^KL 2[.]5, NLL 543[.]4[0-9]* nats per row\n$")
