package io.diffusion4j.serving.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What would surprise a client that was compiled against an older contract: anything removed,
 * renamed or retyped. A field may go if its number and its name are reserved; anything may be
 * added.
 */
final class BreakingChanges {
  private final List<String> changes = new ArrayList<>();

  private BreakingChanges() {}

  /** The breaking changes between two versions, in words; empty if there are none. */
  static List<String> between(FileDescriptorSet before, FileDescriptorSet after) {
    var found = new BreakingChanges();
    for (FileDescriptorProto file : before.getFileList()) {
      found
          .find("file", file.getName(), after.getFileList(), FileDescriptorProto::getName)
          .ifPresent(now -> found.file(file, now));
    }
    return List.copyOf(found.changes);
  }

  private void file(FileDescriptorProto before, FileDescriptorProto after) {
    String scope = before.getPackage();
    same(before.getName(), "package", before.getPackage(), after.getPackage());
    same(before.getName(), "options", before.getOptions(), after.getOptions());
    messages(scope, before.getMessageTypeList(), after.getMessageTypeList());
    enums(scope, before.getEnumTypeList(), after.getEnumTypeList());
    for (ServiceDescriptorProto service : before.getServiceList()) {
      String name = scope + "." + service.getName();
      find("service", name, after.getServiceList(), now -> scope + "." + now.getName())
          .ifPresent(now -> methods(name, service, now));
    }
  }

  private void methods(String scope, ServiceDescriptorProto before, ServiceDescriptorProto after) {
    for (MethodDescriptorProto method : before.getMethodList()) {
      String name = scope + "." + method.getName();
      find("method", name, after.getMethodList(), now -> scope + "." + now.getName())
          .ifPresent(now -> same(name, "signature", method, now));
    }
  }

  private void messages(String scope, List<DescriptorProto> before, List<DescriptorProto> after) {
    for (DescriptorProto message : before) {
      String name = scope + "." + message.getName();
      find("message", name, after, now -> scope + "." + now.getName())
          .ifPresent(now -> message(name, message, now));
    }
  }

  private void message(String scope, DescriptorProto before, DescriptorProto after) {
    for (FieldDescriptorProto field : before.getFieldList()) {
      field(scope, before, field, after);
    }
    for (ReservedRange range : before.getReservedRangeList()) {
      if (!after.getReservedRangeList().contains(range)) {
        changes.add(scope + ": numbers no longer reserved: " + range.getStart());
      }
    }
    messages(scope, before.getNestedTypeList(), after.getNestedTypeList());
    enums(scope, before.getEnumTypeList(), after.getEnumTypeList());
  }

  private void field(
      String scope, DescriptorProto message, FieldDescriptorProto field, DescriptorProto after) {
    String name = scope + "." + field.getName();
    var now =
        after.getFieldList().stream()
            .filter(candidate -> candidate.getNumber() == field.getNumber())
            .findFirst();
    if (now.isEmpty()) {
      boolean reserved =
          after.getReservedNameList().contains(field.getName())
              && after.getReservedRangeList().stream()
                  .anyMatch(
                      range ->
                          range.getStart() <= field.getNumber()
                              && field.getNumber() < range.getEnd());
      if (!reserved) {
        changes.add(name + ": removed, and its number and name are not reserved");
      }
      return;
    }
    same(name, "name", field.getName(), now.get().getName());
    same(name, "JSON name", field.getJsonName(), now.get().getJsonName());
    same(name, "type", field.getType(), now.get().getType());
    same(name, "type name", field.getTypeName(), now.get().getTypeName());
    same(name, "label", field.getLabel(), now.get().getLabel());
    same(name, "presence", field.getProto3Optional(), now.get().getProto3Optional());
    same(name, "oneof", oneof(message, field), oneof(after, now.get()));
  }

  private void enums(
      String scope, List<EnumDescriptorProto> before, List<EnumDescriptorProto> after) {
    for (EnumDescriptorProto type : before) {
      String name = scope + "." + type.getName();
      find("enum", name, after, now -> scope + "." + now.getName())
          .ifPresent(now -> values(name, type, now));
    }
  }

  private void values(String scope, EnumDescriptorProto before, EnumDescriptorProto after) {
    for (EnumValueDescriptorProto value : before.getValueList()) {
      find(
              "value",
              scope + "." + value.getName(),
              after.getValueList(),
              v -> scope + "." + v.getName())
          .ifPresent(
              now ->
                  same(
                      scope + "." + value.getName(), "number", value.getNumber(), now.getNumber()));
    }
  }

  private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
    return field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
  }

  private <T> Optional<T> find(
      String kind, String name, List<T> candidates, Function<T, String> nameOf) {
    var found = candidates.stream().filter(c -> nameOf.apply(c).equals(name)).findFirst();
    if (found.isEmpty()) {
      changes.add(name + ": " + kind + " removed");
    }
    return found;
  }

  private void same(String where, String what, Object before, Object after) {
    if (!before.equals(after)) {
      changes.add(where + ": " + what + " changed from " + before + " to " + after);
    }
  }
}
