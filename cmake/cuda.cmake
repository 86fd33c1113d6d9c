# Whether the CUDA engine is built, and for which GPUs.
#
# CMAKE_CUDA_ARCHITECTURES is the user's; without it the code is for all GPUs cuvae knows, and PTX for later ones.
set(CUVAE_HAS_CUDA OFF)
set(oldest_cuda 13.0)

# The reason where the engine cannot be built; empty where it can.
function(cuvae_find_cuda_compiler why_not)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX} AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    set(${why_not} "there is no CUDA compiler" PARENT_SCOPE)
    return()
  endif()
  # Before CMake tries the compiler, which fails for architectures that an older one does not know.
  execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --version OUTPUT_VARIABLE text ERROR_QUIET)
  string(REGEX MATCH "release ([0-9]+\\.[0-9]+)" found "${text}")
  if(NOT found OR CMAKE_MATCH_1 VERSION_LESS oldest_cuda)
    set(${why_not} "${CMAKE_CUDA_COMPILER} is not of CUDA ${oldest_cuda} or later" PARENT_SCOPE)
    return()
  endif()
  set(CMAKE_CUDA_COMPILER ${CMAKE_CUDA_COMPILER} PARENT_SCOPE)
  set(${why_not} "" PARENT_SCOPE)
endfunction()

if(NOT CUVAE_CUDA STREQUAL "OFF")
  cuvae_find_cuda_compiler(why_not)
  if(NOT why_not)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real 100-real 120)
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit ${oldest_cuda} REQUIRED)
    set(CUVAE_HAS_CUDA ON)
  elseif(CUVAE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "CUVAE_CUDA is ON, but ${why_not}. Install the CUDA toolkit ${oldest_cuda} or later, or set "
      "CMAKE_CUDA_COMPILER to its nvcc, or CUVAE_CUDA to OFF")
  else()
    message(STATUS "The CUDA engine is not built: ${why_not}")
  endif()
endif()
