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
 * The messages of the contract as JSON, in the mapping of proto3: names in lower camel case, bytes
 * in base64, 64-bit integers as strings. Knows the details that errors carry.
 */
public final class ProtoJson {
  private static final TypeRegistry DETAILS =
      TypeRegistry.newBuilder().add(ErrorDetailsProto.getDescriptor().getMessageTypes()).build();

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().usingTypeRegistry(DETAILS).omittingInsignificantWhitespace();

  private ProtoJson() {}

  /** The message on one line, without the fields that have no value. */
  public static String print(MessageOrBuilder message) {
    return print(PRINTER, message);
  }

  /**
   * The message on one line, with the fields that have their default, so that readers need none.
   */
  public static String printAll(MessageOrBuilder message) {
    return print(PRINTER.alwaysPrintFieldsWithNoPresence(), message);
  }

  private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the message holds what JSON cannot say", e);
    }
  }

  /**
   * Reads fields into a message; names may be as they are in the contract, too.
   *
   * @throws InvalidProtocolBufferException if this is no JSON, or not of such a message
   * @throws IOException if the reader fails
   */
  public static void merge(Reader json, Message.Builder message) throws IOException {
    JsonFormat.parser().usingTypeRegistry(DETAILS).merge(json, message);
  }
}
