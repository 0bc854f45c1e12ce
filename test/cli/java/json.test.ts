/** What Jackdaw's reader of JSON says of malformed files is what Jackson says to Apache Kafka 4.3.1's tools; recorded with kafka-reassign-partitions. */
import { expect, test } from 'vitest'
import { tryJson } from '../../../src/cli/java/json.ts'
import { parseTargets } from '../../../src/cli/reassign-partitions/files.ts'

test.each([
  {
    text: '{"version": 1, "partitions": [\n',
    fault:
      'Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 30])',
  },
  {
    text: '{"version": 1,}\n',
    fault: "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
  },
  {
    text: "{'a':1}\n",
    fault: "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
  },
  {
    text: '{"partitions" []}\n',
    fault:
      "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value",
  },
  { text: '[1,\n', fault: 'Unexpected end-of-input within/between Array entries' },
  {
    text: '{"a":1\n',
    fault:
      'Unexpected end-of-input: expected close marker for Object (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1])',
  },
  {
    text: '{"a"}\n',
    fault:
      "Unexpected character ('}' (code 125)): was expecting a colon to separate field name and value",
  },
  {
    text: '{"a":"x\n',
    fault:
      'Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value',
  },
  { text: '{"a":01}\n', fault: 'Invalid numeric value: Leading zeroes not allowed' },
  {
    text: '{"a":-}\n',
    fault:
      "Unexpected character ('}' (code 125)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value",
  },
  {
    text: '{"a":1.}\n',
    fault:
      "Unexpected character ('}' (code 125)) in numeric value: Decimal point not followed by a digit",
  },
  {
    text: '{"a":tru}\n',
    fault:
      "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '{"a":NaN}\n',
    fault: "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
  },
  {
    text: '{"a":1 "b":2}\n',
    fault: "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
  },
  {
    text: '[1 2]\n',
    fault: "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
  },
  { text: '}\n', fault: "Unexpected close marker '}': no open Object to close" },
  { text: ']\n', fault: "Unexpected close marker ']': no open Array to close" },
  {
    text: '{"a":"\t"}\n',
    fault:
      'Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value',
  },
  { text: '{"a":"\\x"}\n', fault: "Unrecognized character escape 'x' (code 120)" },
  {
    text: '{"a":"\\u12"}\n',
    fault:
      "Unexpected character ('\"' (code 34)): expected a hex-digit for character escape sequence",
  },
  {
    text: '{a:1}\n',
    fault: "Unexpected character ('a' (code 97)): was expecting double-quote to start field name",
  },
  {
    text: '{"a":+1}\n',
    fault:
      "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
  },
  {
    text: '{"a":.5}\n',
    fault:
      "Unexpected character ('.' (code 46)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '{,}\n',
    fault: "Unexpected character (',' (code 44)): was expecting double-quote to start field name",
  },
  {
    text: '{"a":}\n',
    fault:
      "Unexpected character ('}' (code 125)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '[,]\n',
    fault:
      "Unexpected character (',' (code 44)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '// c\n',
    fault:
      "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
  },
  {
    text: '/* c */ {}\n',
    fault:
      "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
  },
  {
    text: '"x\n',
    fault:
      'Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value',
  },
  {
    text: '5x\n',
    fault: "Unexpected character ('x' (code 120)): Expected space separating root-level values",
  },
  {
    text: 'truee\n',
    fault:
      "Unrecognized token 'truee': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: 'nul\n',
    fault:
      "Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: 'é\n',
    fault:
      "Unrecognized token 'é': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '#\n',
    fault:
      "Unexpected character ('#' (code 35)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '[[[\n',
    fault:
      'Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 3])',
  },
  { text: '{"a":{"b":[1,{"c":\n', fault: 'Unexpected end-of-input within/between Object entries' },
  {
    text: '\ufeff{}\n',
    fault:
      "Unexpected character ('\ufeff' (code 65279 / 0xfeff)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
  },
  {
    text: '{"a":1,\n"b":2\n\n',
    fault:
      'Unexpected end-of-input: expected close marker for Object (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1])',
  },
])('$text is no JSON', ({ text, fault }) => {
  expect(tryJson(text)).toEqual({ ok: false, fault })
})

test.each([
  { text: '"x"\n', fault: 'Expected JSON object, received "x"' },
  { text: '5\n', fault: 'Expected JSON object, received 5' },
  { text: '{"version": 1.0, "partitions": []}\n', fault: 'Expected `Integer` value, received 1.0' },
  { text: '{"version": 1e0, "partitions": []}\n', fault: 'Expected `Integer` value, received 1.0' },
  {
    text: '{"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": [1.5]}]}\n',
    fault: 'Expected `Integer` value, received 1.5',
  },
  {
    text: '{"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": [1e1]}]}\n',
    fault: 'Expected `Integer` value, received 10.0',
  },
  {
    text: '{"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": 1}]}\n',
    fault: 'Expected `JSON array` value, received 1',
  },
  {
    text: '{"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": [1], "log_dirs": [1]}]}\n',
    fault: 'Expected `String` value, received 1',
  },
  {
    text: '{"version": 1, "partitions": [{"topic": "t\\u00e9\\"", "partition": 1.0, "replicas": [1]}]}\n',
    fault: 'Expected `Integer` value, received 1.0',
  },
  {
    text: '{"version": 1, "partitions": [{"topic": {"b": 1.50, "a": [true, null, "é/\\n"]}, "partition": 0, "replicas": [1]}]}\n',
    fault: 'Expected `String` value, received {"b":1.5,"a":[true,null,"é/\\n"]}',
  },
  { text: '   \n', fault: 'Expected JSON object, received ' },
  { text: '{"version": 99999999999}\n', fault: 'Expected `Integer` value, received 99999999999' },
  {
    text: '{"version": -99999999999999999999}\n',
    fault: 'Expected `Integer` value, received -99999999999999999999',
  },
  { text: '{"version": 1E400}\n', fault: 'Expected `Integer` value, received "Infinity"' },
])('$text holds something else', ({ text, fault }) => {
  expect(() => parseTargets(text)).toThrow(expect.objectContaining({ message: fault }))
})

test.each([
  { text: '{"version": 1, "partitions": []} trailing', why: 'what follows is not looked at' },
  { text: '{"a":1}}', why: 'not even a mark too many' },
])('$why', ({ text }) => {
  expect(parseTargets(text)).toEqual([])
})

test('a file without end does not end the tool', () => {
  expect(tryJson('['.repeat(100_000))).toEqual({
    ok: false,
    fault:
      'Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)',
  })
})
