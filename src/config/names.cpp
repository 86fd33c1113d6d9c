#include "src/config/names.hpp"

namespace cuvae {

std::string_view to_string(Activation value) { return config::word_for(value); }
std::string_view to_string(Likelihood value) { return config::word_for(value); }
std::string_view to_string(Variance value) { return config::word_for(value); }
std::string_view to_string(Binarize value) { return config::word_for(value); }
std::string_view to_string(Prior value) { return config::word_for(value); }
std::string_view to_string(LabelKind value) { return config::word_for(value); }
std::string_view to_string(Initialization value) { return config::word_for(value); }
std::string_view to_string(OutputBias value) { return config::word_for(value); }
std::string_view to_string(RowSequence value) { return config::word_for(value); }
std::string_view to_string(Objective value) { return config::word_for(value); }
std::string_view to_string(Optimizer value) { return config::word_for(value); }
std::string_view to_string(Precision value) { return config::word_for(value); }

}  // namespace cuvae
