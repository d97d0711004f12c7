package io.diffusion4j.diffusion.guidance;

/** The names of gradient guides, for use in requests. */
public final class Guides {
  /** A classifier of noised images. */
  public static final String CLASSIFIER = "classifier";

  /** A CLIP that compares noised images with captions. */
  public static final String CLIP = "clip";

  private Guides() {}
}
