package io.diffusion4j.openinference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelInferResponse.InferOutputTensor;
import org.junit.jupiter.api.Test;

class JsonTensorsTest {
  private static ModelInferResponse response(int numbers) {
    byte[] raw = new byte[numbers];
    raw[numbers - 1] = (byte) 255;
    return ModelInferResponse.newBuilder()
        .addOutputs(
            InferOutputTensor.newBuilder().setName("image").setDatatype("UINT8").addShape(numbers))
        .addRawOutputContents(ByteString.copyFrom(raw))
        .build();
  }

  private static JsonTensors asked(String parameters) {
    String json = "{\"inputs\": []" + parameters + "}";
    return new JsonTensors(json, ByteString.EMPTY, "toy", "");
  }

  @Test
  void numbersAreWrittenInOrder() {
    assertThat(asked("").write(response(3)).json()).contains("\"data\":[0,0,255]");
  }

  /** A response must not take as much memory as a client can ask for. */
  @Test
  void manyNumbersAreBytesAndNoJson() {
    ModelInferResponse large = response((8 << 20) + 1);
    assertThatThrownBy(() -> asked("").write(large))
        .isInstanceOf(InferenceException.class)
        .hasMessageStartingWith(
            "outputs[\"image\"]: \"8388609 numbers\" (expected: at most 8388608");
    var binary = asked(", \"parameters\": {\"binary_data_output\": true}").write(large);
    assertThat(binary.data()).isEqualTo(large.getRawOutputContents(0));
  }
}
