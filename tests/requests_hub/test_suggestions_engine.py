"""Categories suggested from words, and from what somebody has decided."""

import json
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from requests_hub.suggestions import learned, scoring, words
from requests_hub.suggestions.mixture import Suggester
from requests_hub.suggestions.words import Message

KEYS = ["n", "macro_f1", "top1", "top3", "ms_per_message", "calibration_error"]
INVENTED = [
    ("幸福巷路灯坏了三天", "巷口的路灯不亮，老人晚上不敢走。", "城乡建设"),
    ("请增加 12 路公交车班次", "早高峰等车要四十分钟，上班总迟到。", "交通运输"),
    ("楼下烧烤店油烟扰民", "油烟直接进屋，窗户不敢开。", "环境保护"),
    ("老板拖欠工资半年", "工地上二十多人的工资到现在没有发。", "劳动和社会保障"),
    ("学校周末组织有偿补课", "每人收八百元，不去就被老师点名。", "教育文体"),
    ("超市卖过期牛奶不退款", "会员卡里的钱也不退，消费者协会说管不了。", "商贸旅游"),
    ("镇卫生院没有医生坐诊", "老人看病要跑到区里的医院。", "卫生计生"),
    ("新生儿上户口要等多久", "派出所说系统升级，一直办不了。", "政法"),
]


@pytest.fixture(scope="module")
def cold() -> Suggester:
    return Suggester(words.from_file(), words.tree_from_file()[0])


def _file(
    path: Path, rows: list[tuple[str, str, str]], encoding: str = "utf-8"
) -> Path:
    lines = ["subject,body,level1", *(",".join(row) for row in rows)]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def _score(*args: Any, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("score_suggestions", *args, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue().strip().splitlines()[-1])
    return found


def _many(times: int) -> tuple[list[Message], list[str]]:
    """Each invented message `times` over, with a different beginning."""
    _branches, names = words.tree_from_file()
    codes = {name: code for code, name in names.items()}
    rows = [
        (Message(f"{n}组{title}", body), codes[name])
        for n in range(times)
        for title, body, name in INVENTED
    ]
    return [row[0] for row in rows], [row[1] for row in rows]


def test_all_fifteen_classes_of_the_tree_compete(cold: Suggester) -> None:
    _branches, names = words.tree_from_file()
    assert set(cold.words.categories) == set(names)
    assert len(names) == 15


@pytest.mark.parametrize(("title", "body", "name"), INVENTED)
def test_words_alone_find_the_category(
    cold: Suggester, title: str, body: str, name: str
) -> None:
    _branches, names = words.tree_from_file()
    first, *_rest = cold.suggest(Message(title, body))
    assert names[first.top] == name
    assert first.code.startswith(first.top)
    assert first.words
    assert all(word in title + body for word in first.words)


def test_three_are_suggested_best_first(cold: Suggester) -> None:
    found = cold.suggest(Message("小区门口的公交站搬走了", "请恢复"))
    assert len(found) == 3
    assert found[0].share >= found[1].share >= found[2].share
    assert 0 < sum(s.share for s in found) <= 1.0001


def test_no_word_leaves_every_category_open(cold: Suggester) -> None:
    first = cold.suggest(Message("？", ""))[0]
    assert first.share == pytest.approx(1 / 15)
    assert first.words == ()


def test_the_longest_word_counts_and_places_are_covered() -> None:
    listed = words.WordList(
        {"移动": {"08": 2.0}, "移动电源": {"08": 0.0}}, ("01", "08")
    )
    assert [w for _at, w in listed.places("共享移动电源和移动信号")] == [
        "移动电源",
        "移动",
    ]


def test_place_codes_and_full_width_signs_do_not_matter(cold: Suggester) -> None:
    plain = cold.shares([Message("路灯坏了", "")])
    assert np.allclose(cold.shares([Message("Ａ３区 路灯坏了", "")]), plain)


def test_decisions_turn_the_suggestion() -> None:
    """A desk that files stray dogs under health is followed, whatever the words say."""
    messages, labels = _many(12)
    dogs = [Message(f"{n}号楼下恶犬咬人", "没有牵绳") for n in range(15)]
    listed = words.from_file()
    model = learned.train(listed, [*messages, *dogs], [*labels, *["12"] * 15])
    assert model is not None
    branches = words.tree_from_file()[0]
    stray = Message("路上恶犬追人", "没有牵绳")
    assert Suggester(listed, branches).suggest(stray)[0].top == "13"
    assert Suggester(listed, branches, model).suggest(stray)[0].top == "12"


def test_a_model_is_kept_as_numbers_and_reads_back_the_same() -> None:
    messages, labels = _many(10)
    listed = words.from_file()
    model = learned.train(listed, messages, labels)
    assert model is not None
    again = learned.Model.from_bytes(model.to_bytes())
    branches = words.tree_from_file()[0]
    before = Suggester(listed, branches, model).shares(messages[:8])
    after = Suggester(listed, branches, again).shares(messages[:8])
    assert np.allclose(before, after, atol=1e-4)


def test_other_bytes_are_no_model() -> None:
    with pytest.raises(ValueError, match=r"model|pickle|file"):
        learned.Model.from_bytes(b"not a model")


def test_no_number_that_somebody_wrote_is_kept() -> None:
    pieces = learned.pieces_of(Message("电话13800001111请回", "车牌粤W8A123停在门口"))
    assert not any(
        c.isdigit() or (c.isascii() and c.isalpha()) for c in "".join(pieces)
    )


def test_too_few_labels_teach_nothing() -> None:
    messages, labels = _many(2)
    assert learned.train(words.from_file(), messages, labels) is None


def test_suggesting_takes_less_than_twenty_milliseconds(cold: Suggester) -> None:
    message = Message("小区停水三天", "自来水公司说是管道问题，一直没有人来修。" * 60)
    cold.suggest(message)
    began = time.process_time()
    for _n in range(50):
        cold.suggest(message)
    assert (time.process_time() - began) / 50 < 0.020


def test_suggesting_does_not_load_the_teacher() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from requests_hub.suggestions import mixture, words, learned;"
            "s = mixture.Suggester(words.from_file(), words.tree_from_file()[0]);"
            "s.suggest(words.Message('路灯', '坏了'));"
            "print('sklearn' in sys.modules or 'scipy' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"


def test_calibration_error_is_the_gap_between_share_and_truth() -> None:
    sure, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([1, 1, 1, 0])
    assert scoring.calibration_error(sure, right) == pytest.approx(0.05)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_command_measures_a_file(tmp_path: Path, encoding: str) -> None:
    found = _score(_file(tmp_path / "rows.csv", INVENTED, encoding))
    assert list(found) == KEYS
    assert found["n"] == len(INVENTED)
    assert found["top1"] == found["top3"] == found["macro_f1"] == 1.0


def test_rows_without_a_known_category_are_left_out(tmp_path: Path) -> None:
    rows = [*INVENTED, ("不知道", "是什么", ""), ("不知道", "是什么", "没有这一类")]
    assert _score(_file(tmp_path / "rows.csv", rows))["n"] == len(INVENTED)


def test_mistakes_lower_every_figure(tmp_path: Path) -> None:
    wrong = [(title, body, "党务政务") for title, body, _name in INVENTED[:4]]
    found = _score(_file(tmp_path / "rows.csv", [*INVENTED[4:], *wrong]))
    assert found["top1"] == 0.5
    assert found["macro_f1"] < 0.9
    assert found["calibration_error"] > 0.2


def test_the_command_learns_from_another_file(tmp_path: Path) -> None:
    taught = [
        (f"{n}号楼{title}", body, name)
        for n in range(10)
        for title, body, name in INVENTED
    ]
    train = _file(tmp_path / "train.csv", taught)
    found = _score(_file(tmp_path / "rows.csv", INVENTED), train=train)
    assert list(found) == KEYS
    assert found["top1"] == 1.0


def test_files_that_do_not_fit_are_refused_in_words(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("title,text\na,b\n", encoding="utf-8")
    for path in (bad, tmp_path / "none.csv", _file(tmp_path / "empty.csv", [])):
        with pytest.raises(CommandError):
            _score(path)
