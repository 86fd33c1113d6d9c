#include "src/data/data_error.hpp"

#include "cuvae/error.hpp"

namespace cuvae::data {

void refuse(std::string_view source, std::string_view what, std::string_view mend) {
  std::string message = "cannot read '";
  message.append(source).append("': ").append(what).append("\n").append(mend);
  throw Error(Errc::data, message);
}

}  // namespace cuvae::data
