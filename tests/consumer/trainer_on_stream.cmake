# A trainer on a stream of the program's own: builds it and, where there is a GPU, trains.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

build_example(trainer_on_stream)
run_on_gpu(trainer_on_stream "^ELBO -[0-9.]+ nats per row after 32 steps\n$")
