package io.diffusion4j.data.files;

import java.io.IOException;
import java.util.List;

/** The captions of a picture, read on demand; may be empty. */
@FunctionalInterface
public interface Captions {
  List<String> read() throws IOException;

  /** Returns these captions, stripped and without the blank ones. */
  static Captions of(List<String> captions) {
    List<String> kept = CaptionTexts.kept(captions);
    return () -> kept;
  }
}
