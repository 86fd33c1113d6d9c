# Installs BUILD_DIR, moves the prefix, then configures, builds and runs EXAMPLE_DIR against it.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message("${output}")
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "ended with ${code}: ${command}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/installed)
file(RENAME ${WORK_DIR}/installed ${WORK_DIR}/moved)

file(GLOB_RECURSE package_files ${WORK_DIR}/moved/lib*/cmake/*.cmake)
foreach(package_file ${package_files})
  file(READ ${package_file} text)
  foreach(folder ${BUILD_DIR} ${WORK_DIR})
    string(FIND "${text}" "${folder}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${package_file} names ${folder}, a folder of this build")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -S ${EXAMPLE_DIR} -B ${WORK_DIR}/build -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${WORK_DIR}/moved
  -D CMAKE_BUILD_TYPE=Release
  -D CMAKE_CXX_COMPILER=${COMPILER}
  -D "CMAKE_CXX_FLAGS=${FLAGS} -Wall -Wextra -Werror")
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${WORK_DIR}/build/embed)
if(NOT output MATCHES "^ELBO -[0-9.]+ nats per row after 32 steps; row 0 is encoded in 8 numbers\n$")
  message(FATAL_ERROR "unexpected output: ${output}")
endif()
message("${output}")
