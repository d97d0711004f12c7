package io.diffusion4j.openinference;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.google.protobuf.ByteString;
import io.diffusion4j.openinference.v2.InferParameter;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferInputTensor;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferRequestedOutputTensor;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelInferResponse.InferOutputTensor;
import io.diffusion4j.serving.http.JsonApi;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A request in the protocol's JSON as its message, and the response as JSON. Elements become raw
 * contents, both those in JSON and those that follow it as bytes.
 */
final class JsonTensors {
  /**
   * Ten images of 512×512 pixels; as text, each number takes up to four bytes in each of several
   * copies.
   */
  private static final int MAX_NUMBERS = 8 << 20;

  private static final int DIGITS = 4;

  private final ModelInferRequest request;

  /** The outputs to be written as bytes after the JSON, by name. */
  private final Set<String> binary = new HashSet<>();

  /** Whether outputs that were not named are. */
  private final boolean binaryOutputs;

  /**
   * Reads a request.
   *
   * @param model the model from the URL
   * @param version the version from the URL; empty if it has none
   * @param data the bytes after the JSON
   * @throws InferenceException if it is none
   */
  JsonTensors(String json, ByteString data, String model, String version) {
    ObjectNode body = parse(json);
    var read = ModelInferRequest.newBuilder().setModelName(model).setModelVersion(version);
    if (body.hasNonNull("id")) {
      read.setId(text(body, "id", ""));
    }
    ObjectNode parameters = parameters(body, "");
    binaryOutputs = BinaryTensors.takeFlag(parameters, BinaryTensors.ASKED_FOR_ALL, false);
    putAll(parameters, "", read::putParameters);
    var tensors = new BinaryTensors(data);
    for (JsonNode input : array(body, "inputs", "")) {
      addInput(input, read, tensors);
    }
    tensors.requireEnd();
    for (JsonNode output :
        body.hasNonNull("outputs") ? array(body, "outputs", "") : List.<JsonNode>of()) {
      addOutput(output, read);
    }
    request = read.build();
  }

  ModelInferRequest request() {
    return request;
  }

  private static ObjectNode parse(String json) {
    try {
      return JsonApi.parse(json)
          .orElseThrow(() -> InferenceException.invalid("body", "no object", "an object in JSON"));
    } catch (JsonProcessingException e) {
      throw InferenceException.invalid("body", e.getOriginalMessage(), "an object in JSON");
    }
  }

  private static void addInput(
      JsonNode input, ModelInferRequest.Builder request, BinaryTensors tensors) {
    String name = text(input, "name", "inputs");
    String path = Input.path(name);
    String type = text(input, "datatype", path);
    var tensor = InferInputTensor.newBuilder().setName(name).setDatatype(type);
    for (JsonNode size : array(input, "shape", path)) {
      if (!size.canConvertToLong() || !size.isIntegralNumber()) {
        throw InferenceException.invalid(path + ".shape", size, "integers");
      }
      tensor.addShape(size.longValue());
    }
    ObjectNode parameters = parameters(input, path);
    JsonNode size = parameters.remove(BinaryTensors.SIZE);
    putAll(parameters, path, tensor::putParameters);
    request.addInputs(tensor);
    request.addRawInputContents(
        size != null
            ? tensors.next(path, size)
            : raw(path + ".data", TensorDatatype.named(type), array(input, "data", path)));
  }

  /** Writes nested or flat elements; the service refuses a type that is unknown here. */
  private static ByteString raw(String path, Optional<TensorDatatype> type, JsonNode data) {
    List<JsonNode> elements = new ArrayList<>();
    flatten(data, elements);
    if (type.isEmpty()) {
      return ByteString.EMPTY;
    }
    return type.get() == TensorDatatype.BYTES
        ? TensorDatatype.raw(elements.stream().map(element -> utf8(path, element)).toList())
        : ByteString.copyFrom(
            elements.stream().map(element -> number(path, type.get(), element)).toList());
  }

  private static void flatten(JsonNode data, List<JsonNode> elements) {
    for (JsonNode element : data) {
      if (element.isArray()) {
        flatten(element, elements);
      } else {
        elements.add(element);
      }
    }
  }

  private static ByteString utf8(String path, JsonNode element) {
    if (!element.isTextual() || !UTF_8.newEncoder().canEncode(element.textValue())) {
      throw InferenceException.invalid(path, element, "strings of Unicode text");
    }
    return ByteString.copyFromUtf8(element.textValue());
  }

  private static ByteString number(String path, TensorDatatype type, JsonNode element) {
    if (type.isInteger() ? !element.isIntegralNumber() : !element.isNumber()) {
      throw InferenceException.invalid(
          path, element, type.isInteger() ? "integers, as the type is " + type : "numbers");
    }
    if (!type.isInteger()) {
      return type.raw(element.doubleValue());
    }
    BigInteger value = element.bigIntegerValue();
    if (!type.holds(value)) {
      throw InferenceException.invalid(path, element, "numbers of type " + type);
    }
    return type.raw(value.longValue());
  }

  private void addOutput(JsonNode output, ModelInferRequest.Builder request) {
    String name = text(output, "name", "outputs");
    var tensor = InferRequestedOutputTensor.newBuilder().setName(name);
    ObjectNode parameters = parameters(output, "outputs");
    if (BinaryTensors.takeFlag(parameters, BinaryTensors.ASKED, binaryOutputs)) {
      binary.add(name);
    }
    putAll(parameters, "outputs", tensor::putParameters);
    request.addOutputs(tensor);
  }

  private static void putAll(
      ObjectNode parameters, String path, BiConsumer<String, InferParameter> to) {
    parameters
        .properties()
        .forEach(entry -> to.accept(entry.getKey(), parameter(path, entry.getValue())));
  }

  private static InferParameter parameter(String path, JsonNode value) {
    var parameter = InferParameter.newBuilder();
    return switch (value.getNodeType()) {
      case STRING -> parameter.setStringParam(value.textValue()).build();
      case BOOLEAN -> parameter.setBoolParam(value.booleanValue()).build();
      case NUMBER ->
          value.isIntegralNumber() && value.canConvertToLong()
              ? parameter.setInt64Param(value.longValue()).build()
              : parameter.setDoubleParam(value.doubleValue()).build();
      default ->
          throw InferenceException.invalid(
              path + ".parameters", value, "strings, numbers and booleans");
    };
  }

  private static ObjectNode parameters(JsonNode of, String path) {
    JsonNode parameters = of.get("parameters");
    if (parameters == null || parameters.isNull()) {
      return JsonApi.object();
    }
    if (parameters instanceof ObjectNode object) {
      return object;
    }
    throw InferenceException.invalid(path + ".parameters", parameters, "an object");
  }

  private static String text(JsonNode of, String key, String path) {
    JsonNode value = of.path(key);
    if (!value.isTextual()) {
      throw InferenceException.invalid(path + "." + key, value, "a string");
    }
    return value.textValue();
  }

  private static ArrayNode array(JsonNode of, String key, String path) {
    if (of.path(key) instanceof ArrayNode array) {
      return array;
    }
    String name = path.isEmpty() ? key : path + "." + key;
    throw InferenceException.invalid(name, of.has(key) ? of.path(key) : "none", "an array");
  }

  /**
   * A response over HTTP.
   *
   * @param json the JSON
   * @param data the bytes after it
   */
  record Body(String json, ByteString data) {}

  /** Writes a response. */
  Body write(ModelInferResponse response) {
    ObjectNode body = JsonApi.object().put("model_name", response.getModelName());
    body.put("model_version", response.getModelVersion());
    if (!response.getId().isEmpty()) {
      body.put("id", response.getId());
    }
    if (response.getParametersCount() > 0) {
      body.set("parameters", parameters(response.getParametersMap()));
    }
    ArrayNode outputs = body.putArray("outputs");
    ByteString data = ByteString.EMPTY;
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor tensor = response.getOutputs(i);
      ByteString raw = response.getRawOutputContents(i);
      ObjectNode output = outputs.addObject().put("name", tensor.getName());
      output.put("datatype", tensor.getDatatype());
      tensor.getShapeList().forEach(output.withArray("shape")::add);
      ObjectNode parameters = parameters(tensor.getParametersMap());
      boolean named = request.getOutputsCount() > 0;
      if (named ? binary.contains(tensor.getName()) : binaryOutputs) {
        parameters.put(BinaryTensors.SIZE, raw.size());
        data = data.concat(raw);
      } else {
        addElements(output, tensor, raw, parameters);
      }
      if (!parameters.isEmpty()) {
        output.set("parameters", parameters);
      }
    }
    return new Body(body.toString(), data);
  }

  /** Adds the elements of an output. Files are in base64, which the content_type states. */
  private static void addElements(
      ObjectNode output, InferOutputTensor tensor, ByteString raw, ObjectNode parameters) {
    if (tensor.getDatatype().equals(TensorDatatype.UINT8.name())) {
      output.putRawValue("data", new RawValue(numbers(tensor.getName(), raw)));
      return;
    }
    ArrayNode data = output.putArray("data");
    boolean files = tensor.containsParameters(Output.FORMAT);
    if (files) {
      parameters.put("content_type", "base64");
    }
    for (Object element : TensorDatatype.BYTES.elements(raw, (int) tensor.getShape(0))) {
      ByteString bytes = (ByteString) element;
      data.add(
          files ? Base64.getEncoder().encodeToString(bytes.toByteArray()) : bytes.toStringUtf8());
    }
  }

  /** Writes numbers as text, since a node for each takes many times the memory. */
  private static String numbers(String name, ByteString raw) {
    if (raw.size() > MAX_NUMBERS) {
      throw InferenceException.invalid(
          "outputs[\"" + name + "\"]",
          raw.size() + " numbers",
          "at most "
              + MAX_NUMBERS
              + " as JSON; more as files (format: png) or as bytes ("
              + BinaryTensors.ASKED
              + ")");
    }
    var text = new StringBuilder(DIGITS * raw.size()).append('[');
    for (int i = 0; i < raw.size(); i++) {
      text.append(i == 0 ? "" : ",").append(Byte.toUnsignedInt(raw.byteAt(i)));
    }
    return text.append(']').toString();
  }

  private static ObjectNode parameters(Map<String, InferParameter> parameters) {
    ObjectNode json = JsonApi.object();
    parameters.forEach((key, value) -> json.put(key, value.getStringParam()));
    return json; // the service sends no others than strings
  }
}
