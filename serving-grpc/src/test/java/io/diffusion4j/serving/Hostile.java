package io.diffusion4j.serving;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Creates hostile requests, the same ones for a seed. */
public final class Hostile {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a red apple",
          "\u0000\u0001\u001b[31m\u007f\u0085",
          "line\r\nbreak\n{\"a\": 1}",
          "../../../../etc/passwd",
          "/etc/shadow",
          "..\\..\\windows\\system32",
          "file:///etc/passwd",
          "toy/../other",
          "toy\u0000.png",
          "%00%2e%2e%2f",
          "${jndi:ldap://127.0.0.1/a}",
          "'; DROP TABLE images; --",
          "<script>alert(1)</script>",
          "\uFEFF\u202Eabc\u200B\u2028",
          "👩‍🚀".repeat(50),
          "ạ̶̛".repeat(40),
          "9".repeat(400),
          "NaN",
          "00000000-0000-0000-0000-000000000000",
          "{00000000-0000-0000-0000-000000000000}",
          "image/svg+xml",
          "ddim",
          "dmp",
          "toy");
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    5,
    13,
    -1,
    10,
    11,
    255,
    1001,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final double[] REALS = {
    0, 1, 2.5, -0.0, -1, 1e308, Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, -1e-9
  };
  private static final int MAX_DEPTH = 5;

  private final SplittableRandom random;

  /** Creates the requests of this seed. */
  public Hostile(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A request of this type, as bytes: any bytes, odd values in every field, or a damaged one. */
  public byte[] request(Message prototype) {
    return switch (random.nextInt(6)) {
      case 0 -> bytes(random.nextInt(200));
      case 1, 2 -> odd(prototype.getDescriptorForType(), 0).toByteArray();
      case 3 -> damaged(prototype.toByteArray());
      default -> damaged(odd(prototype.getDescriptorForType(), 0).toByteArray());
    };
  }

  /** This body with some bytes changed, or any bytes. */
  public byte[] body(byte[] good) {
    return switch (random.nextInt(8)) {
      case 0 -> bytes(random.nextInt(200));
      case 1 -> good.clone();
      case 2, 3 -> damaged(good);
      case 4 -> spliced(good, bytes(random.nextInt(1, 20)));
      default -> spliced(good, text().getBytes(StandardCharsets.UTF_8));
    };
  }

  /** Names that a careless server would interpret. */
  public String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  /** The bytes with one piece replaced. */
  private byte[] spliced(byte[] bytes, byte[] piece) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(30));
    var whole = new ByteArrayOutputStream();
    whole.write(bytes, 0, from);
    whole.writeBytes(piece);
    whole.write(bytes, to, bytes.length - to);
    return whole.toByteArray();
  }

  private Message odd(Descriptor type, int depth) {
    var message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (random.nextInt(3) == 0 || depth >= MAX_DEPTH) {
        continue;
      }
      if (field.isRepeated()) {
        int count = random.nextInt(20) == 0 ? 300 : random.nextInt(4);
        for (int i = 0; i < count; i++) {
          message.addRepeatedField(field, value(field, depth));
        }
      } else {
        message.setField(field, value(field, depth));
      }
    }
    return message.build();
  }

  private Object value(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
      case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
      case FLOAT -> (float) REALS[random.nextInt(REALS.length)];
      case DOUBLE -> REALS[random.nextInt(REALS.length)];
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTE_STRING -> ByteString.copyFrom(image());
      case ENUM -> enumValue(field.getEnumType());
      case MESSAGE -> odd(field.getMessageType(), depth + 1);
    };
  }

  private Object enumValue(EnumDescriptor type) {
    return type.findValueByNumberCreatingIfUnknown(random.nextInt(-2, 9));
  }

  private byte[] damaged(byte[] message) {
    byte[] bytes = message.clone();
    switch (random.nextInt(3)) {
      case 0 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)); // ends early
      }
      case 1 -> { // another field, wire type, length or value
        for (int i = random.nextInt(1, 8); i > 0 && bytes.length > 0; i--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      default -> { // continues with other bytes
        byte[] more = bytes(random.nextInt(1, 40));
        int from = bytes.length;
        bytes = Arrays.copyOf(bytes, from + more.length);
        System.arraycopy(more, 0, bytes, from, more.length);
      }
    }
    return bytes;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Bytes in a field for an image. */
  private byte[] image() {
    return switch (random.nextInt(6)) {
      case 0 -> bytes(random.nextInt(300));
      case 1 -> pngOfSize(100_000, 100_000); // 40 GB when decoded
      case 2 -> pngOfSize(Integer.MAX_VALUE, 1);
      case 3 -> Arrays.copyOf(pngOfSize(64, 64), 40); // ends early
      case 4 -> new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16};
      default -> "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(StandardCharsets.UTF_8);
    };
  }

  /** A PNG file whose header promises this many pixels, without data. */
  static byte[] pngOfSize(int width, int height) {
    try {
      var header = new ByteArrayOutputStream();
      var fields = new DataOutputStream(header);
      fields.writeBytes("IHDR");
      fields.writeInt(width);
      fields.writeInt(height);
      fields.write(new byte[] {8, 2, 0, 0, 0});
      var crc = new CRC32();
      crc.update(header.toByteArray());
      var file = new ByteArrayOutputStream();
      var chunks = new DataOutputStream(file);
      chunks.writeLong(0x89504e470d0a1a0aL);
      chunks.writeInt(13);
      chunks.write(header.toByteArray());
      chunks.writeInt((int) crc.getValue());
      chunks.writeInt(0);
      chunks.writeBytes("IEND");
      chunks.writeInt(0xae426082);
      return file.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an output stream in memory does not fail
    }
  }
}
