package io.diffusion4j.provenance;

import java.util.Optional;

/**
 * The evidence of a file's origin.
 *
 * @param verdict the conclusion
 * @param reason the reason for the verdict, in words
 * @param key the id of the key that is said to have signed it
 * @param declared whether its XMP declares that a model drew it
 * @param manifest whether it contains a C2PA manifest, which is not checked here
 * @param watermark the strongest watermark of those that were searched for; empty if none was
 *     searched for, or the picture is too small for one
 */
public record Finding(
    Verdict verdict,
    String reason,
    Optional<String> key,
    boolean declared,
    boolean manifest,
    Optional<Detection> watermark) {
  /** Whether a picture was made here. */
  public enum Verdict {
    /**
     * The pixels, and the recipe if the file has one, are unchanged since a trusted key signed
     * them.
     */
    MADE_HERE("made here"),

    /**
     * The file is derived from such a picture: it has a trusted signature or watermark, but other
     * content.
     */
    CHANGED("changed"),

    /** Nothing connects it with a trusted key. */
    UNKNOWN("unknown");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** Returns the verdict in words, such as {@code made here}. */
    public String words() {
      return words;
    }
  }
}
