// By Anti-Grain Geometry, which brings a font of lines of its own: no other file knows it.
#include "src/plot/canvas.hpp"

#include <agg_conv_clip_polyline.h>
#include <agg_conv_dash.h>
#include <agg_conv_stroke.h>
#include <agg_ellipse.h>
#include <agg_gsv_text.h>
#include <agg_path_storage.h>
#include <agg_pixfmt_rgb.h>
#include <agg_rasterizer_scanline_aa.h>
#include <agg_renderer_base.h>
#include <agg_renderer_scanline.h>
#include <agg_rendering_buffer.h>
#include <agg_scanline_u.h>

#include <algorithm>

#include "src/io/png_file.hpp"

namespace cuvae::plot {
namespace {

constexpr double kDash = 3.5, kGap = 2.5;  // in widths of the line
constexpr double kBoldness = 0.13;         // of the font's lines, in heights

void set(agg::gsv_text& font, const std::string& text, double height) {
  std::string plain = text;
  std::ranges::replace_if(
      plain, [](char c) { return c < ' ' || c > '~'; }, '?');
  font.flip(true);
  font.size(height);
  font.text(plain.c_str());
}

template <class Path>
void round_off(agg::conv_stroke<Path>& stroke, double width) {
  stroke.width(width);
  stroke.line_cap(agg::round_cap);
  stroke.line_join(agg::round_join);
}

}  // namespace

Canvas::Canvas(int width, int height)
    : width_(width),
      height_(height),
      bytes_(std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 255) {}

template <class Shape>
void Canvas::fill(Shape& shape, Colour colour) {
  agg::rendering_buffer buffer(bytes_.data(), static_cast<unsigned>(width_), static_cast<unsigned>(height_),
                               3 * width_);
  agg::pixfmt_rgb24 pixels(buffer);
  agg::renderer_base<agg::pixfmt_rgb24> renderer(pixels);
  agg::rasterizer_scanline_aa<> rasterizer;
  agg::scanline_u8 scanline;
  rasterizer.add_path(shape);
  agg::render_scanlines_aa_solid(rasterizer, scanline, renderer,
                                 agg::rgba8(colour.red, colour.green, colour.blue));
}

void Canvas::line(std::span<const Point> points, const Pen& pen, const Box& inside) {
  agg::path_storage path;
  for (const Point& point : points)
    path.total_vertices() == 0 ? path.move_to(point.x, point.y) : path.line_to(point.x, point.y);
  agg::conv_clip_polyline<agg::path_storage> clipped(path);
  clipped.clip_box(inside.left, inside.top, inside.right, inside.bottom);
  if (pen.stroke == Stroke::solid) {
    agg::conv_stroke<decltype(clipped)> stroke(clipped);
    round_off(stroke, pen.width);
    return fill(stroke, pen.colour);
  }
  agg::conv_dash<decltype(clipped)> dashes(clipped);
  dashes.add_dash(kDash * pen.width, kGap * pen.width);
  agg::conv_stroke<decltype(dashes)> stroke(dashes);
  stroke.width(pen.width);
  fill(stroke, pen.colour);
}

void Canvas::dot(Point centre, double radius, Colour colour) {
  agg::ellipse circle(centre.x, centre.y, radius, radius);
  fill(circle, colour);
}

void Canvas::words(Point at, Align align, const std::string& text, double height, Colour colour) {
  const double part = align == Align::left ? 0 : align == Align::centre ? 0.5 : 1;
  agg::gsv_text font;
  set(font, text, height);
  font.start_point(at.x - part * width_of(text, height), at.y);
  agg::conv_stroke<agg::gsv_text> stroke(font);
  round_off(stroke, kBoldness * height);
  fill(stroke, colour);
}

double Canvas::width_of(const std::string& text, double height) {
  agg::gsv_text font;
  set(font, text, height);
  return font.text_width();
}

void Canvas::write(const std::filesystem::path& path) const {
  io::write_png(path, bytes_, width_, height_, io::PngColour::rgb);
}

}  // namespace cuvae::plot
