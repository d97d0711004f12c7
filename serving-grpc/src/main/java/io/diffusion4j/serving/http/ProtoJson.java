package io.diffusion4j.serving.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import java.io.IOException;
import java.io.Reader;

/**
 * Conversion between messages of the contract and JSON, in the mapping of proto3: names in lower
 * camel case, bytes in Base64, 64-bit integers as strings. It supports the details of errors.
 */
public final class ProtoJson {
  private static final TypeRegistry DETAILS =
      TypeRegistry.newBuilder().add(ErrorDetailsProto.getDescriptor().getMessageTypes()).build();

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().usingTypeRegistry(DETAILS).omittingInsignificantWhitespace();

  private ProtoJson() {}

  /** Prints a message on one line, without fields that have their default value. */
  public static String print(MessageOrBuilder message) {
    return print(PRINTER, message);
  }

  /**
   * Prints a message on one line, including fields that have their default value, so that readers
   * need not know the defaults.
   */
  public static String printAll(MessageOrBuilder message) {
    return print(PRINTER.alwaysPrintFieldsWithNoPresence(), message);
  }

  private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the message cannot be represented as JSON", e);
    }
  }

  /**
   * Parses JSON into a message. Field names may be in lower camel case or as in the contract.
   *
   * @throws InvalidProtocolBufferException if the text is not valid JSON for the type of the
   *     message
   * @throws IOException if the reader fails
   */
  public static void merge(Reader json, Message.Builder message) throws IOException {
    JsonFormat.parser().usingTypeRegistry(DETAILS).merge(json, message);
  }
}
