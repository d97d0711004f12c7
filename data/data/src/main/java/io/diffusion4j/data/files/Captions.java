package io.diffusion4j.data.files;

import java.io.IOException;
import java.util.List;

/** The captions of a picture, read on demand; may be empty. */
public sealed interface Captions permits CaptionTexts.InMemory, CaptionTexts.InFile {
  /**
   * Returns the captions.
   *
   * @throws io.diffusion4j.data.BadCaptionException if one of them is not text in UTF-8
   */
  List<String> read() throws IOException;

  /** Returns a number that usually changes with the captions, without reading a file. */
  long fingerprint() throws IOException;

  /** Returns these captions, stripped and without the blank ones. */
  static Captions of(List<String> captions) {
    return new CaptionTexts.InMemory(List.copyOf(captions));
  }
}
