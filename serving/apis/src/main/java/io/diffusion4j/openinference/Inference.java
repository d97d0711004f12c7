package io.diffusion4j.openinference;

import io.diffusion4j.client.MainStage;
import io.diffusion4j.client.RequestedSize;
import io.diffusion4j.openinference.Output.Form;
import io.diffusion4j.openinference.v2.InferParameter;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferRequestedOutputTensor;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.Warning;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A request of this protocol, translated to requests of the service.
 *
 * @param requests one for each prompt
 * @param outputs the tensors of the response
 * @param form the form of the images
 */
record Inference(List<GenerateImagesRequest> requests, Set<Output> outputs, Form form) {
  private static final String WARNINGS = "warnings";
  private static final String REFUSALS = "refusals";

  /**
   * Reads a request.
   *
   * @throws io.grpc.StatusRuntimeException with everything that is wrong with its tensors
   */
  static Inference of(ModelInferRequest request, Model model) {
    var violations = new Violations();
    Optional<Form> form = form(request.getParametersMap(), "", violations);
    Set<Output> outputs = EnumSet.noneOf(Output.class);
    for (InferRequestedOutputTensor asked : request.getOutputsList()) {
      Optional<Output> output = Output.named(asked.getName());
      if (output.isEmpty()) {
        violations.add("outputs", Errors.quote(asked.getName()), Output.expected());
        continue;
      }
      outputs.add(output.get());
      String path = "outputs[\"" + asked.getName() + "\"].";
      Optional<Form> before = form;
      form = form(asked.getParametersMap(), path, violations).or(() -> before);
    }
    var inputs = new RequestTensors(request, violations);
    List<GenerateImagesRequest> requests = requests(inputs, model, violations);
    violations.throwIfAny();
    return new Inference(
        requests, outputs.isEmpty() ? EnumSet.allOf(Output.class) : outputs, form.orElse(Form.RAW));
  }

  private static Optional<Form> form(
      Map<String, InferParameter> parameters, String path, Violations violations) {
    for (String key : parameters.keySet()) {
      if (!key.equals(Output.FORMAT)) {
        violations.add(path + "parameters", Errors.quote(key), Output.FORMAT + " or none");
      }
    }
    InferParameter asked = parameters.get(Output.FORMAT);
    if (asked == null) {
      return Optional.empty();
    }
    Optional<Form> form = Form.named(asked.getStringParam());
    if (form.isEmpty()) {
      violations.add(
          path + "parameters." + Output.FORMAT,
          Errors.quote(asked.getStringParam()),
          "one of raw, png");
    }
    return form;
  }

  private static List<GenerateImagesRequest> requests(
      RequestTensors inputs, Model model, Violations violations) {
    int count = inputs.integer(Input.IMAGE_COUNT).orElse(1);
    int prompts = inputs.prompts();
    int most = model.getMaxImageCount();
    if (count < 1 || (long) count * Math.max(1, prompts) > most) {
      violations.add(
          Input.IMAGE_COUNT.path(),
          count + " for each of " + prompts + " prompts",
          "1 to " + most + " images of a request");
      return List.of();
    }
    GenerateImagesRequest common = common(inputs, model, violations).setImageCount(count).build();
    List<GenerateImagesRequest> requests = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      var prompt = PromptSpec.newBuilder();
      inputs.text(Input.PROMPT, i).ifPresent(prompt::setText);
      inputs.text(Input.NEGATIVE_PROMPT, i).ifPresent(prompt::setNegativeText);
      GenerateImagesRequest.Builder own =
          common.toBuilder().setTextToImage(TextToImageTask.newBuilder().setPrompt(prompt));
      inputs.seed(i).ifPresent(own::addSeeds);
      requests.add(own.build());
    }
    return requests;
  }

  private static GenerateImagesRequest.Builder common(
      RequestTensors inputs, Model model, Violations violations) {
    var request = GenerateImagesRequest.newBuilder().setModel(model.getName());
    var options = StageOptions.newBuilder();
    inputs.integer(Input.STEPS).ifPresent(options::setSteps);
    inputs.number(Input.GUIDANCE_SCALE).ifPresent(options::setGuidanceScale);
    inputs.text(Input.SAMPLER, 0).ifPresent(options::setSampler);
    if (!options.build().equals(StageOptions.getDefaultInstance())) {
      MainStage.of(model)
          .ifPresentOrElse(
              stage -> request.putStages(stage.getName(), options.build()),
              () ->
                  violations.add(
                      "inputs",
                      "steps, guidance_scale or sampler",
                      "none of them; " + model.getName() + " has no sampler"));
    }
    var size =
        new RequestedSize(
            inputs.integer(Input.WIDTH).orElse(null), inputs.integer(Input.HEIGHT).orElse(null));
    try {
      return size.addedTo(request.build(), model).toBuilder();
    } catch (IllegalArgumentException e) {
      violations.add("inputs", e);
      return request;
    }
  }

  /** Returns the response with the images, prompt by prompt. Decoding them takes a while. */
  ModelInferResponse answer(
      ModelInferRequest request, String version, List<GenerateImagesResponse> drawn) {
    List<GeneratedImage> images =
        drawn.stream().flatMap(each -> each.getImagesList().stream()).toList();
    var response =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(version)
            .setId(request.getId());
    outputs.forEach(output -> output.addTo(response, images, form));
    String warnings =
        drawn.stream()
            .flatMap(each -> each.getWarningsList().stream())
            .map(Warning::getMessage)
            .distinct()
            .collect(Collectors.joining("; "));
    put(response, WARNINGS, warnings);
    put(
        response,
        REFUSALS,
        IntStream.range(0, images.size())
            .filter(i -> images.get(i).getMetadata().hasRefusal())
            .mapToObj(i -> i + ": " + images.get(i).getMetadata().getRefusal().getMessage())
            .collect(Collectors.joining("; ")));
    return response.build();
  }

  private static void put(ModelInferResponse.Builder response, String name, String words) {
    if (!words.isEmpty()) {
      response.putParameters(name, InferParameter.newBuilder().setStringParam(words).build());
    }
  }
}
