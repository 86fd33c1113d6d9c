// How each product is computed: asked of the library once per problem, then kept. Knows no CUDA, so that its
// decisions can be tested against a library that is made up.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cuvae/config.hpp"
#include "src/backend/gemm.hpp"

namespace cuvae::cuda {

// A product, but for where its operands lie. They are aligned to 16 bytes.
struct Problem {
  std::int64_t m = 0, n = 0, k = 0, lda = 0, ldb = 0, ldc = 0, ld_aux = 0;
  ops::Element a = ops::Element::f32, b = ops::Element::f32, c = ops::Element::f32;
  Layout layout_a = Layout::as_is, layout_b = Layout::as_is;
  GradientMode mode = GradientMode::overwrite;
  Epilogue epilogue = Epilogue::none;
  Precision precision = Precision::fp32;

  auto operator<=>(const Problem&) const = default;
};
// ld_aux is 0 where nothing is to be written or read there.
[[nodiscard]] Problem problem_of(const Gemm& product, Precision precision);

// An algorithm as the library names it.
struct Algorithm {
  std::array<std::uint64_t, 8> words{};

  friend bool operator==(const Algorithm&, const Algorithm&) = default;
};

class ProductLibrary {
 public:
  ProductLibrary() = default;
  ProductLibrary(const ProductLibrary&) = delete;
  ProductLibrary& operator=(const ProductLibrary&) = delete;
  virtual ~ProductLibrary() = default;

  // Library, version and device: where an algorithm means the same.
  [[nodiscard]] virtual std::string identity() const = 0;
  // The best algorithm that gives the same bits each time; none where the library has none for this.
  [[nodiscard]] virtual std::optional<Algorithm> best(const Problem& problem) = 0;
  // Whether an algorithm from elsewhere can compute this.
  [[nodiscard]] virtual bool accepts(const Problem& problem, const Algorithm& algorithm) = 0;
};

class GemmPlans {
 public:
  explicit GemmPlans(ProductLibrary& library) : library_(library) {}

  [[nodiscard]] bool offers(const Problem& problem) { return find(problem).has_value(); }
  // Throws Error(unsupported) where the library does not offer it.
  [[nodiscard]] const Algorithm& plan(const Problem& problem);

  // Every decision so far, that something is not offered among them, as lines of text; and taken over again.
  // Plans of another identity() are left: there, the library decides anew. restore throws Error(data) for
  // text that is none, and for a plan that the library that made it does not accept any more.
  [[nodiscard]] std::string text() const;
  void restore(const std::string& text);

 private:
  const std::optional<Algorithm>& find(const Problem& problem);

  ProductLibrary& library_;
  std::map<Problem, std::optional<Algorithm>> plans_;
};

}  // namespace cuvae::cuda
