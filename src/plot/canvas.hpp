// A picture that lines and words are drawn on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace cuvae::plot {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

enum class Stroke { solid, dashed };

struct Pen {
  Colour colour;
  double width = 1;
  Stroke stroke = Stroke::solid;
};

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

enum class Align { left, centre, right };

// In pixels, y downwards from the top.
class Canvas {
 public:
  Canvas(int width, int height);  // white

  // From point to point, all of them finite; what lies outside of `inside` is not drawn.
  void line(std::span<const Point> points, const Pen& pen, const Box& inside);
  void dot(Point centre, double radius, Colour colour);
  // `at` is on the line that the words stand on. Each byte beyond ASCII becomes '?'.
  void words(Point at, Align align, const std::string& text, double height, Colour colour);
  [[nodiscard]] static double width_of(const std::string& text, double height);

  // As PNG. Throws Error(io).
  void write(const std::filesystem::path& path) const;

  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }

 private:
  template <class Shape>
  void fill(Shape& shape, Colour colour);

  int width_, height_;
  std::vector<std::uint8_t> bytes_;  // red, green, blue
};

}  // namespace cuvae::plot
