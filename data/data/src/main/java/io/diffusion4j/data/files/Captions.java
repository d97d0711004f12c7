package io.diffusion4j.data.files;

import io.diffusion4j.data.Tally;
import java.io.IOException;
import java.text.Normalizer;
import java.util.List;
import java.util.Optional;

/** The captions of a picture, read on demand; may be empty. */
public sealed interface Captions permits CaptionTexts.InMemory, CaptionTexts.InFile {
  /**
   * Returns the captions.
   *
   * @throws io.diffusion4j.data.BadCaptionException if one of them is not text in UTF-8
   */
  List<String> read() throws IOException;

  /** Returns the captions in a clean form, with guesses where they cannot be read. */
  Repaired repaired() throws IOException;

  /**
   * Captions in a clean form: in Unicode's composed form, without control characters, with single
   * spaces, each once.
   *
   * @param faults what was changed or left out
   */
  record Repaired(List<String> captions, Tally faults) {
    static Repaired of(List<String> captions, Tally faults) {
      List<String> clean = captions.stream().map(Repaired::clean).toList();
      List<String> kept = clean.stream().filter(c -> !c.isEmpty()).distinct().toList();
      if (!clean.equals(captions)) {
        faults.add("with other characters or spaces");
      } else if (kept.size() < clean.size()) {
        faults.add("empty or twice");
      }
      return new Repaired(kept, faults);
    }

    private static String clean(String caption) {
      return Normalizer.normalize(caption, Normalizer.Form.NFC)
          .replaceAll("\\p{Cntrl}|\\s", " ")
          .replaceAll("[\\p{Z}\\x{feff}]+", " ")
          .strip();
    }
  }

  /** Returns a number that usually changes with the captions, without reading a file. */
  long fingerprint() throws IOException;

  /** Returns a checksum of the captions, or of the file with them. */
  long checksum(Checksums files) throws IOException;

  /** Returns the requested field of a JSON file, or {@code default}; empty for other files. */
  Optional<String> field();

  /** Returns these captions, stripped and without the blank ones. */
  static Captions of(List<String> captions) {
    return new CaptionTexts.InMemory(List.copyOf(captions));
  }
}
