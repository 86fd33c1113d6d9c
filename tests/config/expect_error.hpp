// What a refused configuration must say.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cuvae/error.hpp"

namespace cuvae::test {

// Expects Error(code) whose message holds every fragment and is at most four lines long.
template <class Call>
void expect_error(Errc code, const std::vector<std::string>& fragments, Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.code(), code) << message;
    for (const std::string& fragment : fragments) {
      EXPECT_NE(message.find(fragment), std::string::npos) << "'" << fragment << "' is not in: " << message;
    }
    EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 3) << message;
    return;
  }
  ADD_FAILURE() << "nothing was thrown" << (fragments.empty() ? "" : ", expected '" + fragments[0] + "'");
}

}  // namespace cuvae::test
