package io.diffusion4j.onednn.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CurveTest {
  /** 8-bit products represent results of activation functions from this bound on. */
  @ParameterizedTest
  @EnumSource
  void noResultOfAnActivationFunctionIsBelowTheBound(Function function) {
    if (new Layer.Apply(function).origin() == Layer.Origin.OF_CURVE) {
      double least =
          DoubleStream.iterate(-40, x -> x < 40, x -> x + 0x1p-8)
              .map(function::of)
              .filter(y -> !Double.isNaN(y))
              .min()
              .orElseThrow();
      assertThat(least).isGreaterThanOrEqualTo(Curve.MIN);
    }
  }
}
