package io.diffusion4j.cli.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.serving.request.RecipeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The digest of a picture's pixels as a machine drew it.
 *
 * @param picture the name of the picture in the kit
 * @param precision the number format
 * @param engine the engine with its instruction set; empty if it does not repeat its results
 * @param pixels see {@link io.diffusion4j.provenance.ReplayFinding#digest}
 */
record KnownPixels(String picture, String precision, String engine, String pixels) {
  /** The number of pictures in the kit. */
  static final int PICTURES = 10;

  /** The threads of all machines of the table, in the words of recipes. */
  private static final String DRAWN_ON = "onednn, threads: 2";

  /**
   * The least PSNR to the picture in float32, in dB, for machines of an unknown kind. The lowest
   * known ones are 90.3, 47.4 and 35.9.
   */
  private static final Map<String, Double> BOUNDS =
      Map.of(
          Precision.FLOAT32.word(), 80.0,
          Precision.BFLOAT16.word(), 44.0,
          Precision.INT8.word(), 32.0); // exact pictures are the same everywhere

  /** How a picture agrees with the known pixels. */
  enum Agreement {
    SAME,
    CLOSE,
    REFUTED
  }

  /** Reads the table of the kit. */
  static List<KnownPixels> table() throws IOException {
    var json = new ObjectMapper();
    List<KnownPixels> table = new ArrayList<>();
    String lines = new String(resource("known.jsonl"), StandardCharsets.UTF_8);
    for (String line : lines.lines().toList()) {
      JsonNode node = json.readTree(line);
      table.add(
          new KnownPixels(
              node.required("picture").asText(),
              node.required("precision").asText(),
              node.required("engine").asText(),
              node.required("pixels").asText()));
    }
    return table;
  }

  /** Reads the pictures of the kit, which were drawn in float32, to be drawn in this format. */
  static List<RecipeFile> pictures(Precision precision) throws IOException {
    List<RecipeFile> pictures = new ArrayList<>();
    for (int i = 1; i <= PICTURES; i++) {
      String name = String.format("%02d.png", i);
      pictures.add(RecipeFile.of(name, resource(name)).in(precision.word(), DRAWN_ON));
    }
    return pictures;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = KnownPixels.class.getResourceAsStream("conformance/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /**
   * Compares these pixels, just drawn, with those of machines of the same kind.
   *
   * @param fromFloat32 the difference from the picture in float32, which decides if no machine of
   *     the same kind is known
   */
  Agreement agreement(List<KnownPixels> table, PixelDifference fromFloat32) {
    boolean isKnown = !engine.isEmpty() && table.stream().anyMatch(this::isOfSameKind);
    if (isKnown) {
      return table.contains(this) ? Agreement.SAME : Agreement.REFUTED;
    }
    double bound = BOUNDS.getOrDefault(precision, Double.POSITIVE_INFINITY);
    return fromFloat32.psnr() >= bound ? Agreement.CLOSE : Agreement.REFUTED;
  }

  private boolean isOfSameKind(KnownPixels other) {
    return picture.equals(other.picture)
        && precision.equals(other.precision)
        && engine.equals(other.engine);
  }
}
