package io.diffusion4j.cli.generate;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.RegisteredLora;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A PNG file with its recipe. */
record RecipeFile(Path path, byte[] png, Recipe recipe) {
  /** More pixels than any model draws. */
  static final long MAX_PIXELS = 1L << 26;

  static RecipeFile read(Path path) throws IOException {
    return of(path, Files.readAllBytes(path));
  }

  /** Parses a file's content. */
  static RecipeFile of(Path path, byte[] png) {
    String json = text(path, png);
    Recipe recipe = recipe(path, json);
    GenerateImagesRequest request = recipe.getRequest();
    if (request.getImageCount() != 1 || request.getValidateOnly()) {
      throw new IllegalArgumentException(
          "recipe of "
              + path
              + ": "
              + (request.getValidateOnly() ? "of a plan" : request.getImageCount() + " images")
              + " (expected: of one image)");
    }
    return new RecipeFile(path, png, recipe);
  }

  /** Returns the file with a recipe in another number format, on this engine. */
  RecipeFile in(Precision precision, String engine) {
    return new RecipeFile(
        path, png, recipe.toBuilder().setPrecision(precision.word()).setEngine(engine).build());
  }

  /** Returns the low-rank updates that drew it. */
  List<LoraChoice> loras() {
    return recipe.getRequest().getLorasList();
  }

  /**
   * Returns the updates that drew it, under the names of these registered ones with the same
   * digests.
   */
  List<LoraChoice> loras(List<RegisteredLora> there) {
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
                                lora.getName() + ", which drew " + path,
                                "a registered one with %s",
                                lora.getDigest())))
        .toList();
  }

  /**
   * Returns the request that draws it again.
   *
   * @param stages the stages of the model; one without a sampler gets only the settings it reads
   * @param loras the requested updates
   */
  GenerateImagesRequest request(String model, List<ModelStage> stages, List<LoraChoice> loras) {
    GenerateImagesRequest.Builder request =
        recipe.getRequest().toBuilder()
            .setModel(model)
            .clearRequestId()
            .clearLoras()
            .addAllLoras(loras);
    for (ModelStage stage : stages) {
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
          "none with the part " + words(part) + " that drew " + path,
          (part.getPlugin().isEmpty()
              ? "it on the class path"
              : "--plugin " + part.getPlugin() + " with " + part.getDigest()));
    }
    for (ModelPart part : present) {
      Check.that(
          recipe.getPartsList().contains(part) || part.getKind().contains(" "), // has a name
          "plugin",
          words(part),
          "none; " + path + " was drawn by the model's own part");
    }
  }

  private static String words(ModelPart part) {
    String origin = part.getPlugin().isEmpty() ? "" : " of " + part.getPlugin();
    return part.getKind() + " by " + part.getModule() + origin;
  }

  private static String text(Path path, byte[] png) {
    String json;
    try {
      json = Png.text(png).get(Recipes.KEYWORD);
    } catch (IOException e) {
      throw new IllegalArgumentException("file: " + path + " (expected: a PNG file)", e);
    }
    if (json == null) {
      throw Check.refusal("file", path, "a PNG file with the text chunk " + Recipes.KEYWORD);
    }
    return json;
  }

  private static Recipe recipe(Path path, String json) {
    try {
      return Recipes.fromJson(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }
}
