package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.grpc.Channel;
import java.util.List;
import java.util.stream.Collectors;

/** The models that a caller may use, in the form of this API. */
record WebUiModels(Channel service) {
  private static final int SHORT_HASH = 10;

  /** Returns the model with this title or name, or the default model without one. */
  Model titled(String title) {
    String name = title.replaceFirst(" \\[[^]]*]$", "");
    return GenerationClient.model(service, name)
        .filter(model -> title.equals(name) || title.equals(title(model)))
        .orElseThrow(
            () ->
                SdException.invalid(
                    SdRequest.CHECKPOINT,
                    Errors.quote(title),
                    "one of "
                        + models().stream()
                            .map(WebUiModels::title)
                            .collect(Collectors.joining(", "))));
  }

  private List<Model> models() {
    return GenerationClient.models(service);
  }

  static String title(Model model) {
    return model.getName() + " [" + hash(model) + "]";
  }

  static String hash(Model model) {
    return sha256(model).substring(0, Math.min(SHORT_HASH, sha256(model).length()));
  }

  private static String sha256(Model model) {
    return model.getWeightsDigest().replaceFirst("^sha256:", "");
  }

  ArrayNode list() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Model model : models()) {
      list.addObject()
          .put("title", title(model))
          .put("model_name", model.getName())
          .put("hash", hash(model))
          .put("sha256", sha256(model))
          .put("filename", model.getName())
          .putNull("config");
    }
    return list;
  }

  /** Returns the settings that clients read. */
  ObjectNode options() {
    Model model = titled("");
    return JsonApi.object()
        .put(SdRequest.CHECKPOINT, title(model))
        .put("sd_checkpoint_hash", sha256(model))
        .put("samples_format", "png");
  }

  private ModelStage stage() {
    return MainStage.of(titled("")).orElse(ModelStage.getDefaultInstance());
  }

  ArrayNode samplers() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (String name : stage().getSamplersList()) {
      ObjectNode sampler = list.addObject().put("name", SamplerNames.theirs(name));
      sampler.putArray("aliases").add(name);
      sampler.putObject("options");
    }
    return list;
  }

  ArrayNode schedulers() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    addScheduler(list, "automatic", "Automatic");
    if (stage().getSamplersList().stream().anyMatch(name -> name.endsWith("-karras"))) {
      addScheduler(list, "karras", "Karras");
    }
    stage().getSchedulesList().forEach(name -> addScheduler(list, name, name));
    return list;
  }

  private static void addScheduler(ArrayNode list, String name, String label) {
    list.addObject()
        .put("name", name)
        .put("label", label)
        .putNull("aliases")
        .put("default_rho", -1.0)
        .put("need_inner_model", false);
  }
}
