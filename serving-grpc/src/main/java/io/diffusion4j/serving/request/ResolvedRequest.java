package io.diffusion4j.serving.request;

import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.Warning;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A valid request with every default filled in.
 *
 * @param request what it says on the wire: asked again, it gives the same pixels
 * @param engine the model that draws it
 * @param card the card of the engine
 * @param stages how each stage of the model samples
 * @param steps how many steps an image takes in each stage that the task needs
 * @param warnings what the client may not have meant
 */
public record ResolvedRequest(
    GenerateImagesRequest request,
    ImagePipeline engine,
    ModelCard card,
    Map<String, SamplingSettings> stages,
    Map<String, Integer> steps,
    List<Warning> warnings) {
  public String id() {
    return request.getRequestId();
  }

  /** What is to be drawn; decodes the images of the request. */
  public ImageTask task() {
    return Tasks.of(request);
  }

  /** What is asked for in words; empty if nothing is. */
  public String words() {
    return switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> request.getTextToImage().getPrompt().getText();
      case VARIATION -> request.getVariation().getPrompt().getText();
      case INPAINT -> request.getInpaint().getPrompt().getText();
      case IMAGE_TO_IMAGE -> request.getImageToImage().getPrompt().getText();
      case UPSCALE -> request.getUpscale().getPrompt().getText();
      case FROM_EMBEDDING -> request.getFromEmbedding().getPrompt().getText();
      case TEXT_DIFF ->
          request.getTextDiff().getFromText() + " → " + request.getTextDiff().getToText();
      case INTERPOLATION, TASK_NOT_SET -> "";
    };
  }

  public int imageCount() {
    return request.getImageCount();
  }

  /** Where the randomness of image {@code first_image + i} comes from. */
  public ImageSeed seed(int i) {
    return ImageSeed.ofImage(request.getFirstImage() + i, request.getSeedsList());
  }

  /** The recipe of image {@code first_image + i}: a request for this image alone. */
  public Recipe recipe(int i) {
    ImageSeed seed = seed(i);
    GenerateImagesRequest alone =
        request.toBuilder()
            .clearRequestId()
            .clearPriority()
            .clearPreview()
            .clearSeeds()
            .addSeeds(seed.seed())
            .setFirstImage(seed.stream())
            .setImageCount(1)
            .build();
    return Recipe.newBuilder()
        .setRequest(alone)
        .setWeightsDigest(card.identity().weightsDigest())
        .setSoftware(Software.NAME)
        .addAllParts(ModelParts.of(card))
        .build();
  }

  /** How many steps an image takes in the stage; 0 if the task does without. */
  public int steps(Stage stage) {
    return steps.getOrDefault(stage.name(), 0);
  }

  /** The steps of each stage that is needed times the images. */
  public Map<String, Long> imageStepsByStage() {
    return steps.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, stage -> (long) imageCount() * stage.getValue()));
  }

  /** The steps of all stages times the images. */
  public long imageSteps() {
    return imageStepsByStage().values().stream().mapToLong(Long::longValue).sum();
  }

  /** The randomness of the images from one to before another, counted from 0 in the request. */
  public List<NoiseSource> noise(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(this::seed)
        .<NoiseSource>map(seed -> new PhiloxNoise(seed.seed(), seed.stream()))
        .toList();
  }

  /**
   * The file of image {@code first_image + i}.
   *
   * @param score how well the words describe it, if they do and somebody can tell
   */
  public GeneratedImage encode(int i, Image image, OptionalDouble score) {
    String recipe = Recipes.toJson(recipe(i));
    boolean embed = request.getOutput().getEmbedRecipe();
    byte[] png = Png.encode(image, embed ? Map.of(Recipes.KEYWORD, recipe) : Map.of());
    ImageSeed seed = seed(i);
    ImageMetadata.Builder metadata =
        ImageMetadata.newBuilder()
            .setIndex(request.getFirstImage() + i)
            .setSeed(seed.seed())
            .setStream(seed.stream())
            .setWidth(image.width())
            .setHeight(image.height())
            .setMediaType("image/png")
            .setSizeBytes(png.length)
            .setSha256(ByteString.copyFrom(Hashing.sha256().hashBytes(png).asBytes()))
            .setRecipe(recipe);
    score.ifPresent(metadata::setClipScore);
    return GeneratedImage.newBuilder()
        .setMetadata(metadata)
        .setData(ByteString.copyFrom(png))
        .build();
  }
}
