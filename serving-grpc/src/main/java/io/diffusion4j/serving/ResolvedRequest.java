package io.diffusion4j.serving;

import static java.util.Objects.requireNonNull;

import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.Warning;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A valid request with every default filled in.
 *
 * @param request what it says on the wire: asked again, it gives the same pixels
 * @param engine the model that draws it
 * @param card the card of the engine
 * @param stages how each stage of the model samples
 * @param warnings what the client may not have meant
 */
record ResolvedRequest(
    GenerateImagesRequest request,
    ImageEngine engine,
    ModelCard card,
    Map<String, SamplingSettings> stages,
    List<Warning> warnings) {
  String id() {
    return request.getRequestId();
  }

  PromptSpec prompt() {
    return request.getTextToImage().getPrompt();
  }

  int imageCount() {
    return request.getImageCount();
  }

  /** Where the randomness of image {@code first_image + i} comes from. */
  ImageSeed seed(int i) {
    return ImageSeed.ofImage(request.getFirstImage() + i, request.getSeedsList());
  }

  /** How many steps the stage takes. */
  int steps(StageCard stage) {
    return requireNonNull(stages.get(stage.name())).steps();
  }

  /** The steps of each stage times the images. */
  Map<String, Long> imageStepsByStage() {
    return card.stages().stream()
        .collect(Collectors.toMap(StageCard::name, stage -> (long) imageCount() * steps(stage)));
  }

  /** The steps of all stages times the images. */
  long imageSteps() {
    return imageStepsByStage().values().stream().mapToLong(Long::longValue).sum();
  }
}
