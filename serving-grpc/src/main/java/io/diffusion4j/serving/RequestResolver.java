package io.diffusion4j.serving;

import static io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase.TASK_NOT_SET;
import static io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase.TEXT_TO_IMAGE;

import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.Warning;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Checks requests and fills in their defaults. */
final class RequestResolver {
  /** The tasks that are done so far, by the names of their fields. */
  static final List<String> TASKS = List.of("text_to_image");

  static final List<String> MEDIA_TYPES = List.of("image/png");
  static final int MAX_PROMPT_LENGTH = 20_000;

  private final Models models;
  private final SecureRandom random = new SecureRandom();

  @Inject
  RequestResolver(Models models) {
    this.models = models;
  }

  /**
   * The request with its defaults.
   *
   * @throws StatusRuntimeException with everything that is wrong with it
   */
  ResolvedRequest resolve(GenerateImagesRequest request) {
    ImageEngine engine =
        models
            .named(request.getModel())
            .orElseThrow(() -> Errors.unknownModel("model", request.getModel(), models.names()));
    ModelCard card = engine.card();
    if (request.getTaskCase() != TEXT_TO_IMAGE && request.getTaskCase() != TASK_NOT_SET) {
      throw Errors.unsupportedTask(fieldName(request.getTaskCase()), card.name(), TASKS);
    }

    Violations violations = new Violations();
    GenerateImagesRequest.Builder resolved = request.toBuilder().setModel(card.name());
    if (request.getTaskCase() == TASK_NOT_SET) {
      violations.add("task", "none", "one of " + String.join(", ", TASKS));
    } else {
      checkPrompt(request.getTextToImage().getPrompt(), violations);
    }
    resolveId(resolved, violations);
    resolvePriority(resolved, violations);
    resolveImages(resolved, card, violations);
    resolveOutput(resolved, violations);
    Map<String, SamplingSettings> stages = resolveStages(resolved, engine, violations);
    violations.throwIfAny();
    return new ResolvedRequest(
        resolved.build(),
        engine,
        card,
        stages,
        warnings(request.getTextToImage().getPrompt(), engine));
  }

  private static void checkPrompt(PromptSpec prompt, Violations violations) {
    if (prompt.getText().isBlank()) {
      violations.add("text_to_image.prompt.text", Errors.quote(prompt.getText()), "some words");
    }
    checkLength("text_to_image.prompt.text", prompt.getText(), violations);
    checkLength("text_to_image.prompt.negative_text", prompt.getNegativeText(), violations);
  }

  private static void checkLength(String field, String text, Violations violations) {
    int length = text.codePointCount(0, text.length());
    if (length > MAX_PROMPT_LENGTH) {
      violations.add(field, length + " characters", "at most " + MAX_PROMPT_LENGTH + " characters");
    }
  }

  private static void resolveId(GenerateImagesRequest.Builder request, Violations violations) {
    String id = request.getRequestId();
    if (id.isEmpty()) {
      request.setRequestId(UUID.randomUUID().toString());
    } else if (!id.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      violations.add("request_id", Errors.quote(id), "a UUID, 8-4-4-4-12 hexadecimal digits");
    } else {
      request.setRequestId(UUID.fromString(id).toString());
    }
  }

  private static void resolvePriority(
      GenerateImagesRequest.Builder request, Violations violations) {
    switch (request.getPriority()) {
      case PRIORITY_UNSPECIFIED -> request.setPriority(Priority.PRIORITY_NORMAL);
      case UNRECOGNIZED ->
          violations.add(
              "priority",
              request.getPriorityValue(),
              "one of PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH");
      case PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH -> {}
    }
  }

  private void resolveImages(
      GenerateImagesRequest.Builder request, ModelCard card, Violations violations) {
    int count = request.hasImageCount() ? request.getImageCount() : 1;
    request.setImageCount(count);
    if (count < 1 || count > card.maxImageCount()) {
      violations.add("image_count", count, "1 to " + card.maxImageCount());
      return; // what follows would be about a count that is wrong
    }
    int first = request.getFirstImage();
    int last = Integer.MAX_VALUE - count;
    if (first < 0 || first > last) {
      violations.add("first_image", first, "0 to " + last);
      return;
    }
    if (request.getSeedsCount() > first + count) {
      violations.add(
          "seeds",
          request.getSeedsCount() + " seeds",
          "at most " + (first + count) + ", one per image");
    }
    if (request.getSeedsCount() == 0) {
      request.addSeeds(random.nextInt() & 0xFFFF_FFFFL); // short enough to type again
    }
  }

  private static void resolveOutput(GenerateImagesRequest.Builder request, Violations violations) {
    var output = request.getOutputBuilder();
    if (output.getMediaType().isEmpty()) {
      output.setMediaType(MEDIA_TYPES.get(0));
    }
    violations.addUnlessOneOf("output.media_type", output.getMediaType(), MEDIA_TYPES);
    if (!output.hasEmbedRecipe()) {
      output.setEmbedRecipe(true);
    }
    int everySteps = request.getPreview().getEverySteps();
    if (everySteps < 0) {
      violations.add("preview.every_steps", everySteps, "≥ 0");
    }
  }

  private static Map<String, SamplingSettings> resolveStages(
      GenerateImagesRequest.Builder request, ImageEngine engine, Violations violations) {
    ModelCard card = engine.card();
    List<String> known = card.stages().stream().map(StageCard::name).toList();
    for (String name : request.getStagesMap().keySet().stream().sorted().toList()) {
      if (!known.contains(name)) {
        violations.add("stages", Errors.quote(name), "one of " + String.join(", ", known));
      }
    }
    Map<String, SamplingSettings> settings = new LinkedHashMap<>();
    for (StageCard stage : card.stages()) {
      StageOptions options =
          request.getStagesOrDefault(stage.name(), StageOptions.getDefaultInstance());
      StageOptions resolved = stage.withDefaults(options);
      if (check(resolved, stage, violations)) {
        request.putStages(stage.name(), resolved);
        SamplingSettings chosen =
            new SamplingSettings(
                stage.samplers().named(resolved.getSampler()),
                resolved.getSteps(),
                resolved.getGuidanceScale());
        try {
          engine.check(stage.name(), chosen);
        } catch (IllegalArgumentException e) {
          violations.add("stages[\"" + stage.name() + "\"]", e);
        }
        settings.put(stage.name(), chosen);
      }
    }
    return settings;
  }

  private static boolean check(StageOptions options, StageCard stage, Violations violations) {
    String path = "stages[\"" + stage.name() + "\"].";
    int before = violations.size();
    violations.addUnlessOneOf(path + "sampler", options.getSampler(), stage.samplers().names());
    if (options.getSteps() < 1 || options.getSteps() > stage.maxSteps()) {
      violations.add(path + "steps", options.getSteps(), "1 to " + stage.maxSteps());
    }
    double scale = options.getGuidanceScale();
    if (!stage.guidance().isOffered() && scale != 1) {
      violations.add(path + "guidance_scale", scale, "1; this stage has no guidance");
    } else if (!(scale >= 0 && scale <= stage.guidance().maxScale())) { // NaN fails too
      violations.add(path + "guidance_scale", scale, "0 to " + stage.guidance().maxScale());
    }
    if (!options.getSchedule().isEmpty()) {
      violations.add(
          path + "schedule", Errors.quote(options.getSchedule()), "empty; there is no choice");
    }
    if (options.hasEta()) {
      violations.add(path + "eta", options.getEta(), "unset; choose it by the sampler's name");
    }
    if (!options.getThresholding().isEmpty()) {
      violations.add(
          path + "thresholding",
          Errors.quote(options.getThresholding()),
          "empty; there is no choice");
    }
    return violations.size() == before;
  }

  private static List<Warning> warnings(PromptSpec prompt, ImageEngine engine) {
    List<Warning> warnings = new ArrayList<>();
    warnIfTruncated("text_to_image.prompt.text", prompt.getText(), engine, warnings);
    warnIfTruncated(
        "text_to_image.prompt.negative_text", prompt.getNegativeText(), engine, warnings);
    return List.copyOf(warnings);
  }

  private static void warnIfTruncated(
      String field, String text, ImageEngine engine, List<Warning> warnings) {
    engine
        .truncation(text)
        .ifPresent(
            message ->
                warnings.add(
                    Warning.newBuilder()
                        .setReason("PROMPT_TRUNCATED")
                        .setField(field)
                        .setMessage(message)
                        .build()));
  }

  private static String fieldName(TaskCase task) {
    return GenerateImagesRequest.getDescriptor().findFieldByNumber(task.getNumber()).getName();
  }
}
