// Which columns of a table are meant.
#pragma once

#include <string>
#include <vector>

namespace cuvae::data {

// Of `count` columns with these names (empty: they have none), by number: "" all, "a,b" those, in this order,
// "3" and "2-5" by number from 0, "!a,7" all but those. A name wins over a number. Throws Error(data) for a
// column that is not there, that is named twice, or of which there are two; and where none is left.
[[nodiscard]] std::vector<std::size_t> chosen_columns(const std::string& part, std::size_t count,
                                                      const std::vector<std::string>& names,
                                                      const std::string& source);

}  // namespace cuvae::data
