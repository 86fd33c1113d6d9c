#include "src/data/factors.hpp"

#include <cmath>

#include "src/core/read_error.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/scan.hpp"

namespace cuvae::data {
namespace {

constexpr float kMostLevel = 1 << 24;  // to which floats tell integers apart

void require_integers(const Dataset& file) {
  const Dataset::Impl& impl = file.impl();
  if (!holds_integers(impl))
    core::refuse(file.source(),
                 "factors are " + std::string(impl.table ? "numbers" : name_of(impl.type)) + ", not integers",
                 "Number the levels of each factor, and save them as an integer type.");
  if (impl.facts().low < -kMostLevel || impl.facts().high > kMostLevel)
    core::refuse(file.source(), "a level lies beyond +-2^24", "Number the levels of each factor from 0.");
}

}  // namespace

Factors read_factors(const std::string& path) {
  const Dataset file = Dataset::open(path);
  require_integers(file);
  Factors factors;
  for (std::int32_t factor = 0; factor < file.cols(); ++factor)
    factors.names.push_back("factor " + std::to_string(factor));
  std::vector<float> row(factors.names.size());
  for (std::int64_t i = 0; i < file.rows(); ++i) {
    file.read_row(i, row);
    for (const float value : row)  // bytes are scaled as pixels are
      factors.levels.push_back(static_cast<std::int32_t>(std::lround(value / file.impl().scale)));
  }
  return factors;
}

}  // namespace cuvae::data
