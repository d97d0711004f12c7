package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.provenance.MarkedFile.Part;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The parts of a file beside its pixels, its marks and its recipe, such as a colour profile. */
record PictureParts(List<Part> list) {
  private static final Set<String> OF_ANIMATIONS = Set.of("acTL", "fcTL", "fdAT", "ANIM", "ANMF");

  /** The header of JPEG files, which the first version of signatures accepts. */
  private static final String JFIF = "APP0";

  static PictureParts of(MarkedFile file, Optional<Recipe> recipe) {
    List<Part> parts = new ArrayList<>(file.others());
    recipe.ifPresent(
        some -> {
          byte[] chunk = (some.keyword() + "\0\0\0\0\0" + some.text()).getBytes(UTF_8);
          for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).name().equals("iTXt") && Arrays.equals(parts.get(i).data(), chunk)) {
              parts.remove(i);
              return;
            }
          }
        });
    return new PictureParts(parts);
  }

  boolean areAnimated() {
    return list.stream().map(Part::name).anyMatch(OF_ANIMATIONS::contains);
  }

  /** Whether the file has nothing that changes how its pixels are shown. */
  boolean areNone() {
    return list.stream().map(Part::name).allMatch(JFIF::equals);
  }

  /** Returns the SHA-256 of names, lengths and contents. */
  String digest() {
    var all = new ByteArrayOutputStream();
    for (Part part : list) {
      all.writeBytes((part.name() + ' ' + part.data().length + '\n').getBytes(UTF_8));
      all.writeBytes(part.data());
    }
    return Digests.of(all.toByteArray());
  }

  /** Returns the names, such as {@code gAMA, eXIf}. */
  @Override
  public String toString() {
    return list.isEmpty()
        ? "none"
        : String.join(", ", list.stream().map(Part::name).distinct().toList());
  }
}
