#include "src/cuda/gemm_plans.hpp"

#include <ios>
#include <locale>
#include <sstream>

#include "cuvae/error.hpp"

namespace cuvae::cuda {
namespace {

constexpr const char* kNotOffered = "not-offered";

template <class Enum>
void write(std::ostream& out, Enum value) {
  out << ' ' << static_cast<int>(value);
}

template <class Enum>
void read(std::istream& in, Enum& value, Enum last) {
  int number = -1;
  in >> number;
  if (number < 0 || number > static_cast<int>(last)) in.setstate(std::ios::failbit);
  value = static_cast<Enum>(number);
}

void write(std::ostream& out, const Problem& p) {
  out << p.m << ' ' << p.n << ' ' << p.k << ' ' << p.lda << ' ' << p.ldb << ' ' << p.ldc << ' ' << p.ld_aux;
  write(out, p.a), write(out, p.b), write(out, p.c);
  write(out, p.layout_a), write(out, p.layout_b), write(out, p.mode), write(out, p.epilogue),
      write(out, p.precision);
}

Problem read_problem(std::istream& in) {
  Problem p;
  in >> p.m >> p.n >> p.k >> p.lda >> p.ldb >> p.ldc >> p.ld_aux;
  using ops::Element;
  read(in, p.a, Element::u8), read(in, p.b, Element::u8), read(in, p.c, Element::u8);
  read(in, p.layout_a, Layout::transposed), read(in, p.layout_b, Layout::transposed);
  read(in, p.mode, GradientMode::accumulate), read(in, p.epilogue, Epilogue::bias_gradient);
  read(in, p.precision, Precision::bf16);
  return p;
}

std::optional<Algorithm> read_algorithm(std::istream& in) {
  std::string word;
  if (!(in >> word) || word == kNotOffered) return std::nullopt;
  std::istringstream first(word);
  first.imbue(std::locale::classic());
  Algorithm algorithm;
  first >> std::hex >> algorithm.words[0];
  if (first.fail() || !first.eof()) in.setstate(std::ios::failbit);
  for (std::size_t i = 1; i < algorithm.words.size(); ++i) in >> std::hex >> algorithm.words[i];
  return algorithm;
}

[[noreturn]] void refuse(const std::string& line, const std::string& why) {
  throw Error(Errc::data, "product plan '" + line + "': " + why +
                              "\nResume where the run was started, or start afresh in another --out.");
}

}  // namespace

Problem problem_of(const Gemm& p, Precision precision) {
  return {p.m,
          p.n,
          p.k,
          p.a.ld,
          p.b.ld,
          p.c.ld,
          p.aux.data == nullptr ? 0 : p.aux.ld,
          p.a.element,
          p.b.element,
          p.c.element,
          p.layout_a,
          p.layout_b,
          p.mode,
          p.epilogue,
          precision};
}

const std::optional<Algorithm>& GemmPlans::find(const Problem& problem) {
  const auto known = plans_.find(problem);
  if (known != plans_.end()) return known->second;
  return plans_.emplace(problem, library_.best(problem)).first->second;
}

const Algorithm& GemmPlans::plan(const Problem& problem) {
  const std::optional<Algorithm>& found = find(problem);
  if (found) return *found;
  throw Error(Errc::unsupported, library_.identity() + " has no algorithm for a product of " +
                                     std::to_string(problem.m) + " x " + std::to_string(problem.k) + " by " +
                                     std::to_string(problem.k) + " x " + std::to_string(problem.n) + " in " +
                                     std::string(to_string(problem.precision)) +
                                     "\nTry another --precision.");
}

std::string GemmPlans::text() const {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << library_.identity() << '\n';
  for (const auto& [problem, algorithm] : plans_) {
    write(out, problem);
    if (!algorithm) out << ' ' << kNotOffered;
    if (algorithm) {
      for (const std::uint64_t word : algorithm->words) out << ' ' << std::hex << word << std::dec;
    }
    out << '\n';
  }
  return out.str();
}

void GemmPlans::restore(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != library_.identity()) return;
  while (std::getline(lines, line)) {
    std::istringstream in(line);
    in.imbue(std::locale::classic());
    const Problem problem = read_problem(in);
    const std::optional<Algorithm> algorithm = read_algorithm(in);
    if (in.fail()) refuse(line, "it has another form than this cuvae writes");
    if (algorithm && !library_.accepts(problem, *algorithm))
      refuse(line, library_.identity() + " does not accept it");
    plans_[problem] = algorithm;
  }
}

}  // namespace cuvae::cuda
