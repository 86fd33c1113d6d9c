// One line on stderr that is redrawn in place, and the bar that may stand in it.
#pragma once

#include <string>

#include "src/cli/output.hpp"

namespace cuvae::cli {

class LiveLine {
 public:
  LiveLine() = default;
  ~LiveLine() { erase(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // `width`: of the text on the screen, without what colours it.
  void draw(const std::string& text, std::size_t width) {
    erase();
    print(text, Stream::err);
    width_ = width;
  }
  void erase() {
    if (width_ > 0) print("\r" + std::string(width_, ' ') + "\r", Stream::err);
    width_ = 0;
  }

 private:
  std::size_t width_ = 0;
};

// "head [=====>    ] tail", without the bar where the terminal is too narrow for it, and cut where it is too
// narrow for the rest. `part` is what is done, from 0 to 1.
[[nodiscard]] std::string line_with_bar(const std::string& head, double part, const std::string& tail,
                                        const Terminal& terminal);

}  // namespace cuvae::cli
