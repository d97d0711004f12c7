package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.types.family.TType;

/** Weights of any stored type reach the graph in the layout's order of axes. */
class NativeParameterTest {
  @TempDir Path folder = Path.of("");

  /** Sizes on both sides of the tiles', with rests. */
  static Stream<Arguments> parameters() {
    return Stream.of(
            Arguments.of(Layout.SAME, new long[] {}),
            Arguments.of(Layout.SAME, new long[] {3, 50_000}),
            Arguments.of(Layout.LINEAR, new long[] {1, 1}),
            Arguments.of(Layout.LINEAR, new long[] {65, 2100}),
            Arguments.of(Layout.LINEAR, new long[] {2100, 65}),
            Arguments.of(Layout.LINEAR, new long[] {7, 30, 1}),
            Arguments.of(Layout.CONV, new long[] {130, 120, 3, 3}),
            Arguments.of(Layout.CONV, new long[] {5, 3, 2, 4}))
        .flatMap(
            a ->
                Stream.of(DType.F32, DType.F16, DType.BF16, DType.F64)
                    .map(dtype -> Arguments.of(a.get()[0], a.get()[1], dtype)));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void theGraphGetsWhatTheLayoutSays(Layout layout, long[] shape, DType dtype) {
    var parameter = new Parameter("weight", shape, layout, Init.ZEROS);
    float[] values = new float[parameter.size()];
    var random = new SplittableRandom(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    Path file = folder.resolve("weights.safetensors");
    new SafetensorsWriter().floats("weight", dtype, shape, () -> values).write(file);
    try (var source = SafetensorsFile.open(file)) {
      float[] expected = layout.toGraph(source.read("weight"), shape);
      long[] graphShape = layout.graphShape(shape);
      var reader = source.reader("weight");
      try (TType wide = NativeParameter.of(reader, parameter, Precision.FLOAT32);
          TType narrow = NativeParameter.of(reader, parameter, Precision.BFLOAT16);
          TType rounded = Tensors.bfloat16(expected, graphShape);
          TType inMemory =
              NativeParameter.of(
                  new TensorMap().put("w", shape, source.read("weight")).reader("w"),
                  parameter,
                  Precision.FLOAT32)) {
        assertThat(wide.shape().asArray()).isEqualTo(graphShape);
        assertThat(Tensors.floats(wide)).isEqualTo(expected);
        assertThat(Tensors.floats(inMemory)).isEqualTo(expected);
        assertThat(bits(narrow)).isEqualTo(bits(rounded));
      }
    }
  }

  private static short[] bits(TType tensor) {
    var data = tensor.asRawTensor().data().asShorts();
    short[] bits = new short[Math.toIntExact(data.size())];
    data.read(bits);
    return bits;
  }
}
