// Saves a safetensors file of five tensors in several write()s.
// usage: io_save_over FILE VALUE; ends with 3 and a message where that fails
#include <cstdlib>
#include <iostream>
#include <vector>

#include "cuvae/error.hpp"
#include "src/io/safetensors.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<float> values(20'000, std::strtof(argv[2], nullptr));
  std::vector<cuvae::io::TensorView> tensors;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    tensors.push_back({name, cuvae::io::DType::f32, {20'000}, std::as_bytes(std::span(values))});
  }
  try {
    cuvae::io::write_safetensors(argv[1], tensors, {{"value", argv[2]}});
  } catch (const cuvae::Error& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
}
