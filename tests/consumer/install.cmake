# Installs BUILD_DIR and moves it to PREFIX; the package then names no folder of the build.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/installed)
file(REMOVE_RECURSE ${PREFIX})
file(RENAME ${WORK_DIR}/installed ${PREFIX})

file(GLOB_RECURSE package_files ${PREFIX}/lib*/cmake/*.cmake)
foreach(package_file ${package_files})
  file(READ ${package_file} text)
  string(FIND "${text}" "${BUILD_DIR}" position)
  if(NOT position EQUAL -1)
    message(FATAL_ERROR "${package_file} names ${BUILD_DIR}, the folder of this build")
  endif()
endforeach()
