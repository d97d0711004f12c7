package io.diffusion4j.checkpoint;

/** The two 16-bit floating-point formats, to and from {@code float}; rounding to nearest even. */
public final class Float16Codec {
  private static final int SIGN = 0x8000;
  private static final int INFINITY_16 = 0x7c00;
  private static final int INFINITY_32 = 0x7f80_0000;

  private Float16Codec() {}

  /** Returns the float that starts with these bits; exact. */
  static float fromBFloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Returns the nearest bfloat16; too large a value becomes infinite, NaN stays NaN. */
  static short toBFloat16(float x) {
    return (short) (nearestBFloat16(Float.floatToRawIntBits(x)) >>> 16);
  }

  /**
   * Rounds a float to the nearest bfloat16; too large a value becomes infinite, NaN stays NaN.
   * Without branches, so that loops over arrays of bits are vectorised.
   *
   * @param bits the bits of the float
   * @return the bits of the rounded float, of which the lower half is 0
   */
  public static int nearestBFloat16(int bits) {
    int nan = (INFINITY_32 - (bits & 0x7fff_ffff)) >> 31; // all ones if it is NaN
    int nearest = bits + 0x7fff + (bits >>> 16 & 1);
    int quiet = bits | 0x40_0000; // the upper half of a NaN alone could read as infinity
    return ((nearest & ~nan) | (quiet & nan)) & 0xffff_0000;
  }

  /** Returns the float of the same value; exact. */
  static float fromFloat16(short bits) {
    // Exponent and fraction at float's position represent 2^-112 times the value, subnormals
    // included.
    int magnitude = (bits & 0x7fff) << 13;
    int sign = (bits & SIGN) << 16;
    if ((bits & INFINITY_16) == INFINITY_16) {
      return Float.intBitsToFloat(sign | magnitude | 0x7f80_0000);
    }
    float x = Float.intBitsToFloat(magnitude) * 0x1p112f;
    return Float.intBitsToFloat(sign | Float.floatToRawIntBits(x));
  }

  /** Returns the nearest binary16; 65520 and above become infinite, NaN stays NaN. */
  static short toFloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    int sign = bits >>> 16 & SIGN;
    int magnitude = bits & 0x7fff_ffff;
    if (magnitude > 0x7f80_0000) {
      return (short) (sign | 0x7e00 | (magnitude >>> 13 & 0x1ff));
    }
    float abs = Float.intBitsToFloat(magnitude);
    if (abs >= 65520) {
      return (short) (sign | INFINITY_16);
    }
    if (abs < 0x1p-14f) {
      // At 1/2 a float's last bit is worth 2^-24, binary16's smallest step: the addition rounds.
      return (short) (sign | (Float.floatToRawIntBits(abs + 0.5f) - Float.floatToRawIntBits(0.5f)));
    }
    return (short) (sign | (((magnitude + 0xfff + (magnitude >>> 13 & 1)) >>> 13) - (112 << 10)));
  }
}
