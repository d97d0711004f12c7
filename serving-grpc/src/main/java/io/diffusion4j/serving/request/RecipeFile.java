package io.diffusion4j.serving.request;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.RegisteredLora;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A PNG file with its recipe, from which it can be drawn again.
 *
 * @param name its name in messages
 * @param png its content
 * @param recipe the recipe in it, of one image
 */
public record RecipeFile(String name, byte[] png, Recipe recipe) {
  /** The largest width·height of a file: more than any model draws. */
  public static final long MAX_PIXELS = InputImages.MAX_PIXELS;

  /** The model has other weights than the recipe names. */
  public static final class OtherWeightsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private OtherWeightsException(IllegalArgumentException refusal) {
      super(refusal.getMessage(), refusal);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or is damaged
   * @throws IllegalArgumentException if it is of another format, or has no recipe of one image
   */
  public static RecipeFile read(Path path) throws IOException {
    return of(path.toString(), Files.readAllBytes(path));
  }

  /**
   * Parses a file's content. Its pixels are decoded, so that nothing is drawn for a damaged file.
   *
   * @throws IOException if it is damaged or has more than {@link #MAX_PIXELS}
   * @throws IllegalArgumentException if it is of another format, or has no recipe of one image
   */
  public static RecipeFile of(String name, byte[] png) throws IOException {
    Recipe recipe = recipe(name, text(name, png));
    GenerateImagesRequest request = recipe.getRequest();
    if (request.getImageCount() != 1 || request.getValidateOnly()) {
      throw Check.refusal(
          "recipe of " + name,
          request.getValidateOnly() ? "of a plan" : request.getImageCount() + " images",
          "of one image");
    }
    try {
      ImageFiles.read(png, MAX_PIXELS);
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
    return new RecipeFile(name, png, recipe);
  }

  /** Returns the file with a recipe in another number format, on this engine. */
  public RecipeFile in(String precision, String engine) {
    return new RecipeFile(
        name, png, recipe.toBuilder().setPrecision(precision).setEngine(engine).build());
  }

  /** Returns the low-rank updates that drew it. */
  public List<LoraChoice> loras() {
    return recipe.getRequest().getLorasList();
  }

  /**
   * Returns the updates that drew it, under the names of these registered ones with the same
   * digests.
   */
  private List<LoraChoice> loras(List<RegisteredLora> there) {
    return loras().stream()
        .map(
            lora ->
                there.stream()
                    .filter(known -> known.getDigest().equals(lora.getDigest()))
                    .findFirst()
                    .map(known -> lora.toBuilder().setName(known.getName()).build())
                    .orElseThrow(
                        () ->
                            Check.refusal(
                                "lora",
                                lora.getName() + ", which drew " + name,
                                "a registered one with %s",
                                lora.getDigest())))
        .toList();
  }

  /**
   * Returns the model with the weights that drew it; of several, the one that the recipe names, or
   * else the first.
   *
   * @throws OtherWeightsException if there is none
   */
  public Model modelAmong(List<Model> models) {
    List<Model> same =
        models.stream()
            .filter(model -> model.getWeightsDigest().equals(recipe.getWeightsDigest()))
            .toList();
    if (same.isEmpty()) {
      throw otherWeights(
          models.stream()
              .map(model -> model.getName() + " with " + model.getWeightsDigest())
              .collect(Collectors.joining(", ")));
    }
    return same.stream()
        .filter(model -> model.getName().equals(recipe.getRequest().getModel()))
        .findFirst()
        .orElse(same.get(0));
  }

  /** Returns the refusal of other weights than drew it. */
  public OtherWeightsException otherWeights(String present) {
    String published = recipe.getPublishedModel();
    return new OtherWeightsException(
        Check.refusal(
            "model",
            present,
            "the weights that drew %s, %s%s",
            name,
            recipe.getWeightsDigest(),
            published.isEmpty() ? "" : " of " + published));
  }

  /**
   * Returns the request that draws it again on a server.
   *
   * @throws IllegalArgumentException if the model lacks a part or an update that drew it
   */
  public GenerateImagesRequest request(Model own) {
    return request(own, loras(own.getLorasList()));
  }

  /**
   * Returns the request that draws it again. A stage without a sampler gets only the settings that
   * it reads.
   *
   * @param loras the updates that the model does not already have
   * @throws IllegalArgumentException if the model lacks a part that drew it
   */
  public GenerateImagesRequest request(Model own, List<LoraChoice> loras) {
    requireParts(own.getPartsList());
    GenerateImagesRequest.Builder request =
        recipe.getRequest().toBuilder()
            .setModel(own.getName())
            .clearRequestId()
            .clearPriority()
            .clearLoras()
            .addAllLoras(loras);
    for (ModelStage stage : own.getStagesList()) {
      if (stage.getSamplersCount() == 0 && request.containsStages(stage.getName())) {
        var options = request.getStagesOrThrow(stage.getName()).toBuilder();
        for (FieldDescriptor field : options.getAllFields().keySet()) {
          if (!reads(stage, field.getName())) {
            options.clearField(field);
          }
        }
        request.putStages(stage.getName(), options.build());
      }
    }
    return request.build();
  }

  private static boolean reads(ModelStage stage, String setting) {
    return stage.getSettingsList().stream().anyMatch(own -> own.getName().equals(setting));
  }

  /** Checks that a model has the plugin parts that drew it. */
  void requireParts(List<ModelPart> present) {
    for (ModelPart part : recipe.getPartsList()) {
      Check.that(
          present.contains(part),
          "plugin",
          "none with the part " + words(part) + " that drew " + name,
          (part.getPlugin().isEmpty()
              ? "it on the class path"
              : "--plugin " + part.getPlugin() + " with " + part.getDigest()));
    }
    for (ModelPart part : present) {
      Check.that(
          recipe.getPartsList().contains(part) || part.getKind().contains(" "), // has a name
          "plugin",
          words(part),
          "none; " + name + " was drawn by the model's own part");
    }
  }

  private static String words(ModelPart part) {
    String origin = part.getPlugin().isEmpty() ? "" : " of " + part.getPlugin();
    return part.getKind() + " by " + part.getModule() + origin;
  }

  private static String text(String name, byte[] png) {
    String json;
    try {
      json = Png.text(png).get(Recipes.KEYWORD);
    } catch (IOException e) {
      throw new IllegalArgumentException("file: " + name + " (expected: a PNG file)", e);
    }
    if (json == null) {
      throw Check.refusal("file", name, "a PNG file with the text chunk " + Recipes.KEYWORD);
    }
    return json;
  }

  private static Recipe recipe(String name, String json) {
    try {
      return Recipes.fromJson(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
