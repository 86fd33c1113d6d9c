#include "src/cli/run_curves.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "src/cli/run_directory.hpp"
#include "src/plot/figure.hpp"

namespace cuvae::cli {
namespace {

// Told apart also by the colour-blind (Okabe & Ito, 2008, "Color Universal Design"), but for the last.
constexpr std::array<plot::Colour, kMostRuns> kColours{{{0, 114, 178},
                                                        {213, 94, 0},
                                                        {0, 158, 115},
                                                        {204, 121, 167},
                                                        {230, 159, 0},
                                                        {86, 180, 233},
                                                        {0, 0, 0},
                                                        {150, 150, 150}}};
constexpr double kWidth = 2.4;
constexpr plot::Colour kAnyRun{96, 96, 96};
constexpr std::size_t kLongestName = 60;

struct Pens {
  plot::Pen train, validation;
};

// A run by itself has two colours.
Pens pens_of(std::size_t run, std::size_t runs) {
  const std::size_t other = runs == 1 ? 1 : run;
  return {{kColours[run], kWidth, plot::Stroke::solid}, {kColours[other], kWidth, plot::Stroke::dashed}};
}

bool has_validation(const RunCurves& run) {
  return std::ranges::any_of(run.epochs, [](const EpochElbo& epoch) { return epoch.validation.has_value(); });
}

plot::Curve curve_of(const RunCurves& run, const plot::Pen& pen, auto value_of) {
  plot::Curve curve{{}, pen};
  for (const EpochElbo& epoch : run.epochs)
    curve.points.push_back({static_cast<double>(epoch.epoch), value_of(epoch)});
  return curve;
}

plot::Plot plot_of(const std::string& title, std::span<const RunCurves> runs, double Elbo::*term) {
  plot::Plot plot{title, {}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Pens pens = pens_of(i, runs.size());
    plot.curves.push_back(
        curve_of(runs[i], pens.train, [&](const EpochElbo& epoch) { return epoch.train.*term; }));
    if (!has_validation(runs[i])) continue;
    plot.curves.push_back(curve_of(runs[i], pens.validation, [&](const EpochElbo& epoch) {
      return epoch.validation ? (*epoch.validation).*term : std::nan("");
    }));
  }
  return plot;
}

// The end of a path says more than its beginning.
std::string label_of(const std::string& name) {
  if (name.size() <= kLongestName) return name;
  return "..." + name.substr(name.size() - kLongestName + 3);
}

std::vector<plot::Label> legend_of(std::span<const RunCurves> runs) {
  std::vector<plot::Label> legend;
  if (runs.size() > 1) {
    for (std::size_t i = 0; i < runs.size(); ++i)
      legend.push_back({label_of(runs[i].name), pens_of(i, runs.size()).train});
  }
  const bool one = runs.size() == 1;
  const Pens pens =
      one ? pens_of(0, 1)
          : Pens{{kAnyRun, kWidth, plot::Stroke::solid}, {kAnyRun, kWidth, plot::Stroke::dashed}};
  const bool validation = std::ranges::any_of(runs, has_validation);
  if (one || validation) legend.push_back({"training", pens.train});
  if (validation) legend.push_back({"validation", pens.validation});
  return legend;
}

}  // namespace

std::string run_name(const std::filesystem::path& folder_or_metrics) {
  std::filesystem::path path = folder_or_metrics.lexically_normal();
  if (!path.has_filename() || (path.filename() == RunDirectory::kMetrics && path.has_parent_path()))
    path = path.parent_path();
  return path.string();
}

void draw_curves(const std::string& path, std::span<const RunCurves> runs) {
  plot::Figure figure;
  figure.title = runs.size() == 1 ? label_of(runs[0].name) : std::to_string(runs.size()) + " runs";
  figure.legend = legend_of(runs);
  figure.x_title = "epoch";
  figure.columns = {{plot_of("ELBO, nats per row", runs, &Elbo::elbo)},
                    {plot_of("reconstruction, nats per row", runs, &Elbo::reconstruction),
                     plot_of("KL, nats per row", runs, &Elbo::kl)}};
  plot::draw(path, figure);
}

}  // namespace cuvae::cli
