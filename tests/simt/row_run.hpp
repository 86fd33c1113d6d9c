// One run of a row op of the table through row_map_reduce_kernel.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "framed.hpp"
#include "kernels/cuda/row_map_reduce.cuh"
#include "support/draws.hpp"

namespace cuvae::test {

struct Shape {
  std::int64_t rows, active_rows;
  std::int32_t cols;
};

enum class Place { apart, over_first_input };

inline constexpr ops::NoiseSource kNoiseSource{
    .seed = 0x0123'4567'89AB'CDEF, .purpose = ops::Purpose::latent, .sample = 3};

// The rows of a data set that the noise is of: not in order, and beyond 2^32.
inline std::int64_t row_id(std::int64_t row) { return (std::int64_t{5} << 32) + 17 + (row ^ 1); }

// Operands of cuvae's own (vectors), or of a caller (elements): there the rows start anywhere.
inline Layout layout_of(std::int32_t cols, int vec) {
  if (vec > 1) return {.width = ops::padded(cols), .ld = ops::padded(cols) + ops::kPadding};
  const std::int32_t width = cols + cols % 3;
  return {.width = width, .ld = width + 1, .offset = 1};
}

struct RowResult {
  std::vector<std::vector<double>> out;  // rows x cols each
  std::vector<float> row_loss;           // empty for an op without one
  bool padding_is_zero = true, surroundings_are_untouched = true;
};

// Inputs of a shape, as they are after they were stored.
template <class In, class Row>
std::vector<std::vector<double>> draw_inputs(const Row& row, const Shape& shape, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<std::vector<double>> in;
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (
        [&] {
          const Input& input = row.inputs[k];
          auto& values = in.emplace_back();
          for (const float value :
               draws.floats((input.feed == Feed::per_element ? shape.rows : 1) * shape.cols, input))
            values.push_back(value_of(stored<typename In::template At<k>>(static_cast<double>(value))));
        }(),
        ...);
  }
  (std::make_index_sequence<In::kCount>());
  return in;
}

// The operands of a run; In and Out are cuda::Types.
template <class In, class Out, class Sequence = std::make_index_sequence<In::kCount>,
          class OutSequence = std::make_index_sequence<Out::kCount>>
class Operands;

template <class In, class Out, std::size_t... i, std::size_t... o>
class Operands<In, Out, std::index_sequence<i...>, std::index_sequence<o...>> {
 public:
  Operands(const Shape& shape, const Layout& layout, const std::vector<std::vector<double>>& in)
      : shape_(shape),
        layout_(layout),
        in_{Matrix<typename In::template At<i>>(static_cast<std::int64_t>(in[i].size()) / shape.cols,
                                                shape.cols, layout, Fill::input)...},
        out_{
            ((void)o, Matrix<typename Out::template At<o>>(shape.rows, shape.cols, layout, Fill::output))...},
        row_loss_(shape.rows, Fill::output) {
    (fill(std::get<i>(in_), in[i]), ...);
  }

  ops::RowIo<In::kCount, Out::kCount> io(Place place) {
    ops::RowIo<In::kCount, Out::kCount> io{.in = {input(std::get<i>(in_))...},
                                           .out = {output(std::get<o>(out_))...},
                                           .row_loss = row_loss_.data(),
                                           .rows = shape_.rows,
                                           .cols = shape_.cols,
                                           .width = layout_.width};
    if (place == Place::over_first_input) io.out[0].data = const_cast<void*>(io.in[0].data);
    return io;
  }

  template <class Row>
  RowResult result(const Row& row, Place place) const {
    RowResult result;
    const bool over = place == Place::over_first_input;
    ((o == 0 && over ? collect(std::get<0>(in_), result) : collect(std::get<o>(out_), result)), ...);
    if (row.loss == RowLoss::summed) result.row_loss.assign(row_loss_.data(), row_loss_.data() + shape_.rows);
    result.surroundings_are_untouched =
        result.surroundings_are_untouched && row_loss_.frame_is_untouched() &&
        (row.loss == RowLoss::summed || row_loss_.is_untouched(0, shape_.rows));
    return result;
  }

 private:
  template <class T>
  void fill(const Matrix<T>& matrix, const std::vector<double>& values) const {
    for (std::size_t e = 0; e < values.size(); ++e) {
      const auto at = static_cast<std::int64_t>(e);
      matrix.at(at / shape_.cols, static_cast<std::int32_t>(at % shape_.cols)) = stored<T>(values[e]);
    }
  }
  template <class T>
  ops::Input input(const Matrix<T>& matrix) const {
    return {matrix.data(), matrix.rows() == shape_.rows ? matrix.ld() : 0, ops::kElementOf<T>};
  }
  template <class T>
  static ops::Output output(const Matrix<T>& matrix) {
    return {matrix.data(), matrix.ld(), ops::kElementOf<T>};
  }
  template <class T>
  void collect(const Matrix<T>& matrix, RowResult& result) const {
    auto& values = result.out.emplace_back();
    for (std::int64_t row = 0; row < shape_.rows; ++row) {
      for (std::int32_t col = 0; col < shape_.cols; ++col) values.push_back(value_of(matrix.at(row, col)));
    }
    result.padding_is_zero = result.padding_is_zero && matrix.padding_is_zero();
    result.surroundings_are_untouched =
        result.surroundings_are_untouched && matrix.surroundings_are_untouched();
  }

  Shape shape_;
  Layout layout_;
  std::tuple<Matrix<typename In::template At<i>>...> in_;
  std::tuple<Matrix<typename Out::template At<o>>...> out_;
  Framed<float> row_loss_;
};

template <class In, class Out, int kThreadsPerRow, int kVec, class Row>
RowResult run_row_op(const Row& row, const Shape& shape, const std::vector<std::vector<double>>& in,
                     Place place = Place::apart) {
  Operands<In, Out> operands(shape, layout_of(shape.cols, kVec), in);
  Framed<std::int64_t> row_ids(shape.rows, Fill::input);
  for (std::int64_t r = 0; r < shape.rows; ++r) row_ids[r] = row_id(r);
  ops::StepState state = table_state();
  state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
  constexpr int kRows = cuda::kBlockThreads / kThreadsPerRow;
  cuda::launch(cuda::row_map_reduce_kernel<typename Row::Op, In, Out, kThreadsPerRow, kVec>,
               (shape.rows + kRows - 1) / kRows, cuda::kBlockThreads, {}, row.op, operands.io(place),
               {.state = &state, .row_ids = row_ids.data(), .noise = kNoiseSource});
  return operands.result(row, place);
}

}  // namespace cuvae::test
