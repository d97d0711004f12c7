package io.diffusion4j.serving.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;
import io.diffusion4j.serving.v1.CommonProto;
import io.diffusion4j.serving.v1.EmbeddingServiceProto;
import io.diffusion4j.serving.v1.GenerationServiceProto;
import io.diffusion4j.serving.v1.JobServiceProto;
import io.diffusion4j.serving.v1.ModelServiceProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The contract against its published form.
 *
 * <p>After a compatible addition, publish it with {@code mvn test -Dcontract.publish=true}: the
 * test rewrites the descriptor set, still refusing what breaks.
 */
class ContractTest {
  private static final Path PUBLISHED =
      Path.of("src", "test", "resources", "contract", "diffusion4j-v1.txtpb");
  private static final List<FileDescriptor> FILES =
      List.of(
          CommonProto.getDescriptor(),
          EmbeddingServiceProto.getDescriptor(),
          GenerationServiceProto.getDescriptor(),
          ModelServiceProto.getDescriptor(),
          JobServiceProto.getDescriptor());

  @Test
  void whatWasPublishedStaysAsItWas() throws IOException {
    assertThat(BreakingChanges.between(published(), current())).isEmpty();
  }

  @Test
  void whatIsNewIsPublished() throws IOException {
    if (Boolean.getBoolean("contract.publish")
        && BreakingChanges.between(published(), current()).isEmpty()) {
      Files.writeString(PUBLISHED, TextFormat.printer().printToString(current()));
    }
    assertThat(published())
        .as("%s is behind the .proto files (expected: mvn test -Dcontract.publish=true)", PUBLISHED)
        .isEqualTo(current());
  }

  @Test
  void removingAFieldBreaksUnlessItIsReserved() {
    var before = current();
    var removed = before.toBuilder();
    var message = removed.getFileBuilder(0).getMessageTypeBuilder(0).removeField(1);
    assertThat(BreakingChanges.between(before, removed.build()))
        .containsExactly(
            "diffusion4j.v1.PromptSpec.negative_text: removed, and its number and name are not"
                + " reserved");

    message.addReservedName("negative_text").addReservedRangeBuilder().setStart(2).setEnd(3);
    assertThat(BreakingChanges.between(before, removed.build())).isEmpty();
  }

  @Test
  void renamingOrRetypingAFieldBreaksAndAddingOneDoesNot() {
    var before = current();
    var changed = before.toBuilder();
    var message = changed.getFileBuilder(0).getMessageTypeBuilder(0);
    message
        .addFieldBuilder()
        .setName("more")
        .setNumber(99)
        .setType(FieldDescriptorProto.Type.TYPE_STRING);
    assertThat(BreakingChanges.between(before, changed.build())).isEmpty();

    message.getFieldBuilder(0).setName("words").setType(FieldDescriptorProto.Type.TYPE_BYTES);
    assertThat(BreakingChanges.between(before, changed.build()))
        .containsExactly(
            "diffusion4j.v1.PromptSpec.text: name changed from text to words",
            "diffusion4j.v1.PromptSpec.text: type changed from TYPE_STRING to TYPE_BYTES");
  }

  @Test
  void removingAMethodOrAFileBreaks() {
    var before = current();
    var changed = before.toBuilder();
    changed.getFileBuilder(2).getServiceBuilder(0).removeMethod(1);
    changed.removeFile(1);
    assertThat(BreakingChanges.between(before, changed.build()))
        .containsExactly(
            "diffusion4j/v1/embedding_service.proto: file removed",
            "diffusion4j.v1.GenerationService.StreamGenerateImages: method removed");
  }

  @Test
  void enumsBeginWithUnspecifiedAndCarryTheirNameAsPrefix() {
    for (FileDescriptor file : FILES) {
      for (EnumDescriptor type : file.getEnumTypes()) {
        String prefix =
            type.getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
        assertThat(type.findValueByNumber(0).getName()).isEqualTo(prefix + "_UNSPECIFIED");
        assertThat(type.getValues()).allMatch(value -> value.getName().startsWith(prefix + "_"));
      }
    }
  }

  private static FileDescriptorSet current() {
    var set = FileDescriptorSet.newBuilder();
    FILES.forEach(file -> set.addFile(file.toProto()));
    return set.build();
  }

  private static FileDescriptorSet published() throws IOException {
    return TextFormat.parse(Files.readString(PUBLISHED), FileDescriptorSet.class);
  }
}
