package io.diffusion4j.training;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/** Those of CLIP: none, as all its choices are the data set's. */
public record ClipTechniques() implements Techniques {
  @Override
  public SortedMap<String, String> values() {
    return Collections.emptySortedMap();
  }

  @Override
  public ClipTechniques with(String name, String value) {
    throw Techniques.unknown(name, List.of());
  }
}
