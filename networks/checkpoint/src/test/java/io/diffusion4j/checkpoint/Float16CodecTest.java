package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Float16CodecTest {
  /** A format by its definition: exponent bits, fraction bits. */
  enum Format {
    F16(5, 10) {
      @Override
      short from(float x) {
        return Float16Codec.toFloat16(x);
      }

      @Override
      float to(short bits) {
        return Float16Codec.fromFloat16(bits);
      }
    },
    BF16(8, 7) {
      @Override
      short from(float x) {
        return Float16Codec.toBFloat16(x);
      }

      @Override
      float to(short bits) {
        return Float16Codec.fromBFloat16(bits);
      }
    };

    final int exponentBits;
    final int fractionBits;

    Format(int exponentBits, int fractionBits) {
      this.exponentBits = exponentBits;
      this.fractionBits = fractionBits;
    }

    abstract short from(float x);

    abstract float to(short bits);

    int infinity() {
      return ((1 << exponentBits) - 1) << fractionBits;
    }

    /** IEEE 754, section 3.4; also of the bits of infinity, as if the exponent continued. */
    double value(int magnitude) {
      int bias = (1 << (exponentBits - 1)) - 1;
      int exponent = magnitude >>> fractionBits;
      double fraction = (magnitude & ((1 << fractionBits) - 1)) / (double) (1 << fractionBits);
      return exponent == 0
          ? fraction * Math.pow(2, 1 - bias)
          : (1 + fraction) * Math.pow(2, exponent - bias);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyNumberHasItsValueAndComesBackTheSame(Format format) {
    ToDoubleFunction<Float> widen = Float::doubleValue;
    for (int bits = 0; bits < format.infinity(); bits++) {
      short positive = (short) bits;
      short negative = (short) (bits | 0x8000);
      assertThat(widen.applyAsDouble(format.to(positive))).isEqualTo(format.value(bits));
      assertThat(widen.applyAsDouble(format.to(negative))).isEqualTo(-format.value(bits));
      assertThat(format.from(format.to(positive))).isEqualTo(positive);
      assertThat(format.from(format.to(negative))).isEqualTo(negative);
    }
  }

  @ParameterizedTest
  @EnumSource
  void valuesBetweenTwoNumbersGoToTheNearestAndTiesToTheEvenOne(Format format) {
    for (int bits = 0; bits < format.infinity(); bits++) {
      float middle = (float) ((format.value(bits) + format.value(bits + 1)) / 2);
      short low = (short) bits;
      short high = (short) (bits + 1);
      assertThat(format.from(middle)).isEqualTo(bits % 2 == 0 ? low : high);
      assertThat(format.from(Math.nextDown(middle))).isEqualTo(low);
      assertThat(format.from(Math.nextUp(middle))).isEqualTo(high);
      assertThat(format.from(-Math.nextUp(middle))).isEqualTo((short) (high | 0x8000));
    }
  }

  @ParameterizedTest
  @EnumSource
  void infinityStaysInfiniteAndTooLargeBecomesIt(Format format) {
    short infinity = (short) format.infinity();
    assertThat(format.to(infinity)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(format.to((short) (infinity | 0x8000))).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(format.from(Float.POSITIVE_INFINITY)).isEqualTo(infinity);
    assertThat(format.from(Float.MAX_VALUE)).isEqualTo(infinity);
    assertThat(format.from(-Float.MAX_VALUE)).isEqualTo((short) (infinity | 0x8000));
  }

  @ParameterizedTest
  @EnumSource
  void everyNanStaysNan(Format format) {
    for (int bits = format.infinity() + 1; bits < 0x8000; bits++) {
      assertThat(format.to((short) bits)).isNaN();
      assertThat(format.to((short) (bits | 0x8000))).isNaN();
    }
    for (int payload :
        new int[] {0x7f80_0001, 0x7f80_1fff, 0x7fc0_0000, 0x7fff_ffff, 0xff80_0001}) {
      assertThat(format.to(format.from(Float.intBitsToFloat(payload)))).isNaN();
    }
  }

  @Test
  void valuesBelowHalfTheSmallestStepVanishWithTheirSign() {
    assertThat(Float16Codec.toFloat16(0x1p-25f)).isZero();
    assertThat(Float16Codec.toFloat16(-0x1p-25f)).isEqualTo((short) 0x8000);
    assertThat(Float16Codec.toFloat16(-0.0f)).isEqualTo((short) 0x8000);
    assertThat(Float16Codec.toBFloat16(-0.0f)).isEqualTo((short) 0x8000);
  }
}
