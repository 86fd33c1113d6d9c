// A step is a list of these.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cuvae::model {

struct Phase {
  std::string name;
  std::function<void()> run;
};

inline void append(std::vector<Phase>& to, const std::vector<Phase>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace cuvae::model
