package io.diffusion4j.diffusion.pipeline;

/**
 * A part of a model that a plugin replaced, or a thing that it added under a name.
 *
 * @param kind which part: {@code prior}, {@code text_encoder}, {@code upsampler} and so on; of a
 *     thing with a name, the field of requests and the name: {@code sampler mine}
 * @param module the name of the class that binds the replacement
 * @param origin the file name of the jar that the class comes from; empty if it was on the class
 *     path
 * @param digest the content of the jar, as {@code sha256:} and 64 hexadecimal digits; empty if
 *     there is none
 */
public record ReplacedPart(String kind, String module, String origin, String digest) {
  /** Whether it has a name, and is used only by requests with this name. */
  public boolean isNamed() {
    return kind.indexOf(' ') >= 0;
  }

  /** Returns the part and where it comes from: {@code prior by com.example.MyPrior of my.jar}. */
  @Override
  public String toString() {
    return kind + " by " + module + (origin.isEmpty() ? "" : " of " + origin);
  }
}
