package io.diffusion4j.serving.request;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.provenance.ReplayFinding;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.util.Locale;

/**
 * What drawing a file again showed, with all that a third party needs to repeat it.
 *
 * @param original the file
 * @param finding the verdict
 * @param now the recipe of the picture that was drawn again; empty if none was
 */
public record ReplayReport(RecipeFile original, ReplayFinding finding, Recipe now) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Compares a file with the picture that its recipe draws.
   *
   * @param again that picture, as a PNG file
   * @param recipe the recipe of that picture in JSON
   * @throws IOException if the picture is damaged
   */
  public static ReplayReport of(RecipeFile original, byte[] again, String recipe)
      throws IOException {
    Recipe now = Recipes.fromJson(recipe);
    var finding =
        ReplayFinding.of(
            original.png(),
            again,
            Recipes.KEYWORD,
            isSameWay(original.recipe(), now),
            RecipeFile.MAX_PIXELS);
    return new ReplayReport(original, finding, now);
  }

  /** Returns the report on a file whose recipe names other weights; nothing is drawn. */
  public static ReplayReport ofOtherWeights(RecipeFile original, String reason) throws IOException {
    var finding = ReplayFinding.ofOtherWeights(original.png(), reason, RecipeFile.MAX_PIXELS);
    return new ReplayReport(original, finding, Recipe.getDefaultInstance());
  }

  /** Whether both were computed so that the promise of equal bits holds. */
  private static boolean isSameWay(Recipe then, Recipe now) {
    return !then.getEngine().isEmpty()
        && then.getEngine().equals(now.getEngine())
        && then.getPrecision().equals(now.getPrecision())
        && then.getSoftware().equals(now.getSoftware());
  }

  /** Returns the report in a line for people. */
  public String toText() {
    var text = new StringBuilder();
    text.append(original.name()).append(": ").append(word()).append(": ");
    text.append(finding.reason()).append("; pixels ").append(finding.original());
    finding
        .drawn()
        .ifPresent(
            drawn -> {
              if (!drawn.equals(finding.original())) {
                text.append(", drawn again ").append(drawn);
              }
              text.append("; drawn by ").append(way(original.recipe()));
              if (!way(now).equals(way(original.recipe()))) {
                text.append(", again by ").append(way(now));
              }
            });
    return text.toString();
  }

  private static String way(Recipe recipe) {
    return String.join(" ", recipe.getSoftware(), recipe.getPrecision(), recipe.getEngine())
        .strip();
  }

  private String word() {
    return finding.verdict().name().toLowerCase(Locale.ROOT);
  }

  /** Returns the report as a line of JSON. */
  public String toJson() {
    ObjectNode object = JSON.createObjectNode();
    object.put("file", original.name());
    object.put("file_digest", "sha256:" + Sha256.hex(original.png()));
    object.put("verdict", word());
    object.put("reason", finding.reason());
    object.put("pixels", finding.original());
    finding.drawn().ifPresent(drawn -> object.put("drawn", drawn));
    finding
        .difference()
        .filter(difference -> !difference.isNone())
        .ifPresent(
            difference -> {
              ObjectNode node = object.putObject("difference");
              node.put("values", difference.values());
              node.put("of", difference.of());
              node.put("most", difference.most());
              node.put("psnr", difference.psnr());
            });
    ObjectNode bound = object.putObject("close_if");
    bound.put("psnr_at_least", PixelDifference.ROUNDING);
    bound.put("most_at_most", PixelDifference.MAX_ROUNDING);
    object.putRawValue("recipe", new RawValue(Recipes.toJson(original.recipe())));
    if (finding.drawn().isPresent()) {
      ObjectNode again = object.putObject("drawn_again_by");
      again.put("weights_digest", now.getWeightsDigest());
      again.put("software", now.getSoftware());
      again.put("precision", now.getPrecision());
      again.put("engine", now.getEngine());
      again.put("java", System.getProperty("java.version"));
      again.put("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    }
    return object.toString();
  }
}
