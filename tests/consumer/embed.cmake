# The library in another program: builds it and runs it.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

build_example(embed)
run(${WORK_DIR}/build/embed)
if(NOT output MATCHES "^ELBO -[0-9.]+ nats per row after 32 steps; row 0 is encoded in 8 numbers\n$")
  message(FATAL_ERROR "unexpected output: ${output}")
endif()
message("${output}")
